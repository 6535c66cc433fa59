/**
 * Blocks of a page that are not modules: commands have to exist, data has to parse.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'
import { type Block, root } from './blocks.js'

const SHELL = ['bash', 'sh', 'console']
/** Shown, never run: answers, messages, headers, and code of a library that is not for JavaScript. */
const SHOWN = ['text', 'http', 'csharp']
/** npm's own commands that a page may name. */
const NPM = ['ci', 'install', 'i', 'uninstall', 'pack', 'exec', 'init', 'create', 'ls', 'version']
const LIFECYCLE = ['start', 'test']

/** @returns what is wrong with the block, with page and line; nothing where it is as it should be */
export function judge(block: Block): string[] {
  const { page, line, language, code } = block
  if (SHOWN.includes(language)) return []
  if (SHELL.includes(language)) return commands(block)
  if (language === 'json') return parses(block, () => void JSON.parse(code))
  if (language === 'jsonl')
    return parses(
      block,
      () =>
        void code
          .split('\n')
          .filter(Boolean)
          .map((each) => JSON.parse(each) as unknown),
    )
  if (language === 'yaml') return parses(block, () => parseYaml(code))
  return [
    `${page}:${line - 1}: nothing checks a block of '${language}': use ts, js, bash, console, yaml, json, jsonl, http, csharp or text`,
  ]
}

function parses({ page, line }: Block, parse: () => void): string[] {
  try {
    parse()
    return []
  } catch (error) {
    return [`${page}:${line}: ${error instanceof Error ? error.message : String(error)}`]
  }
}

function parseYaml(code: string): void {
  for (const { errors } of parseAllDocuments(code)) if (errors[0]) throw errors[0]
}

function commands({ page, line, code }: Block): string[] {
  return code.split('\n').flatMap((text, at) => {
    const command = text.replace(/^\s*#.*$/, '')
    const npm = [...command.matchAll(/(?:^|[;&|$(]\s*|\s)npm\s+(run\s+|run-script\s+)?([\w:.-]+)/g)]
    const npx = [...command.matchAll(/(?:^|[;&|$(]\s*|\s)npx\s+([\w@/.-]+)/g)]
    return [
      ...npm
        .filter(([, run, name = '']) => !isCommand(name, Boolean(run), command))
        .map(([all]) => `no such npm command: ${all.trim()}`),
      ...npx
        .filter(([, tool = '']) => !existsSync(path.join(root, 'node_modules', '.bin', tool)))
        .map(([all]) => `not installed: ${all.trim()}`),
    ].map((wrong) => `${page}:${line + at}: ${wrong}`)
  })
}

function isCommand(name: string, isScript: boolean, command: string): boolean {
  if (!isScript && NPM.includes(name)) return true
  const [, workspace] = /\s(?:-w|--workspace)[ =](\S+)/.exec(command) ?? []
  return (isScript || LIFECYCLE.includes(name)) && name in scriptsOf(workspace ?? '.')
}

function scriptsOf(folder: string): Record<string, string> {
  const file = path.join(root, folder, 'package.json')
  if (!existsSync(file)) return {}
  return (JSON.parse(readFileSync(file, 'utf8')) as { scripts?: Record<string, string> }).scripts ?? {}
}
