import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findBrowser } from '../../../../scripts/browser.mjs'
import { htmlReport } from '../../src/report/html.js'
import { small } from '../report/small.js'

/** The page of a simulation in a real browser: light, dark, narrow. */
let browser: Browser
const asked: string[] = []

async function open(colorScheme: 'light' | 'dark', width = 1_280): Promise<Page> {
  const { scenario, simulated } = small()
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } })
  page.on('request', (request) => asked.push(request.url()))
  await page.setContent(htmlReport(scenario, simulated))
  return page
}

beforeAll(async () => {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  browser = await chromium.launch({ executablePath: findBrowser(), args: sandbox })
}, 60_000)

afterAll(() => browser?.close())

/** WCAG 2: contrast of the text of each element that has some of its own, with what is behind it. */
const CONTRASTS = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number)
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).slice(0, 3).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor
      if (channels(colour)[3] !== 0) return colour
    }
    return 'rgb(255, 255, 255)'
  }
  const own = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== '')
  return [...document.querySelectorAll('body *')].filter((element) => own(element) && element.checkVisibility()
      && !['title', 'desc', 'style'].includes(element.tagName)).map((element) => {
    const style = getComputedStyle(element)
    const [one, other] = [luminance(element instanceof SVGElement ? style.fill : style.color), luminance(behind(element))]
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
  })
})()`

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  test('all text stands out from its ground', async () => {
    const page = await open(scheme)
    const contrasts = await page.evaluate<number[]>(CONTRASTS)
    expect(contrasts.length).toBeGreaterThan(50)
    expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(4.5)
  })

  test('charts are drawn, with area', async () => {
    const page = await open(scheme)
    const heights = await page.evaluate<number[]>(
      `[...document.querySelectorAll('figure path.line')].map((path) => path.getBoundingClientRect().width)`,
    )
    expect(heights.length).toBeGreaterThan(15)
    expect(Math.min(...heights)).toBeGreaterThan(100)
  })
})

test('the paper is light or dark as the reader asks', async () => {
  const paper = async (scheme: 'light' | 'dark') =>
    (await open(scheme)).evaluate<string>('getComputedStyle(document.body).backgroundColor')
  expect(await paper('light')).not.toBe(await paper('dark'))
})

test('a telephone scrolls down, not sideways', async () => {
  const page = await open('light', 400)
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400)
})

test('charts are images with a name and a description', async () => {
  const page = await open('light')
  const image = page.getByRole('img', { name: 'goodput under truce' })
  expect(await image.count()).toBe(1)
  expect(await image.locator('desc').textContent()).toMatch(/at most \d+\/s, first at/)
})

test('nothing was asked of any network', () => expect(asked.filter((url) => /^(https?|wss?):/.test(url))).toEqual([]))
