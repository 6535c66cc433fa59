import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { findBrowser } from './browser.mjs'
import { folderOf } from './folder-of.js'

describe('findBrowser', () => {
  test.each(['chromium', 'chromium-browser', 'google-chrome'])('finds %s in PATH', (program) => {
    const folder = folderOf('ls', program)
    const env = { PATH: [folderOf('ls'), folder].join(path.delimiter) }
    expect(findBrowser(env, 'linux')).toBe(path.join(folder, program))
  })

  test('TRUCE_BROWSER goes before PATH', () => {
    const folder = folderOf('chromium', 'nightly')
    const named = path.join(folder, 'nightly')
    expect(findBrowser({ PATH: folder, TRUCE_BROWSER: named }, 'linux')).toBe(named)
  })

  test('a TRUCE_BROWSER that is none is told, not passed over', () => {
    const folder = folderOf('chromium')
    expect(() => findBrowser({ PATH: folder, TRUCE_BROWSER: path.join(folder, 'gone') }, 'linux')).toThrow(
      'gone failed',
    )
  })

  test('where there is none, it says what to install', () => {
    const advice = expect.stringContaining('apt-get install chromium') as string
    expect(() => findBrowser({ PATH: folderOf('ls') }, 'linux')).toThrow(expect.objectContaining({ advice }))
  })
})
