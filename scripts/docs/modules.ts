/**
 * Runs the code of a page as its reader would: as modules of a project that has `truce` installed.
 *
 * Every module keeps the line numbers of its page, in the compiler's messages as in stack traces, so
 * a broken example is found without counting.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'
import { type Block, root } from './blocks.js'

/** One or more blocks that run as one module. */
export interface Module {
  readonly page: string
  /** Where its first block stands. */
  readonly line: number
  readonly typed: boolean
  readonly code: string
}

/** Servers that a block may ask for, by the environment variable through which it is told where one is. */
export const SERVERS = { postgres: 'DATABASE_URL', redis: 'REDIS_URL' } as const

export type Server = keyof typeof SERVERS

/** The server without which a module cannot run. */
export function serverOf({ code }: Pick<Module, 'code'>): Server | undefined {
  return (Object.keys(SERVERS) as Server[]).find((server) => code.includes(SERVERS[server]))
}

const CONTINUES = /^\s*\/\/ continues\b/
const TYPED = ['ts', 'typescript', 'mts']
const PLAIN = ['js', 'javascript', 'mjs']

export const isCode = ({ language }: Block): boolean => TYPED.includes(language) || PLAIN.includes(language)

/**
 * The modules of a page: a block that begins with `// continues` belongs to the one before it.
 *
 * @throws Error for a first block that continues
 */
export function modulesOf(blocks: readonly Block[]): Module[] {
  const modules: Module[] = []
  for (const block of blocks.filter(isCode)) {
    const { page, line, language, code } = block
    const last = modules.at(-1)
    if (!CONTINUES.test(code)) {
      modules.push({ page, line, typed: TYPED.includes(language), code: at(line, '', code) })
    } else if (last) {
      modules[modules.length - 1] = { ...last, code: at(line, last.code, code) }
    } else {
      throw new Error(`${page}:${line}: nothing stands before this block that it could continue`)
    }
  }
  return modules
}

/** `code` after `before`, on the line that it has in its page. */
function at(line: number, before: string, code: string): string {
  const lines = before.split('\n')
  return [...lines, ...Array.from({ length: line - 1 - lines.length }, () => ''), code]
    .join('\n')
    .replace(/^\n/, line === 1 ? '' : '\n')
}

/** The file that holds a module, in a folder that git ignores and from which `truce` resolves. */
export function fileOf({ page, line, typed, code }: Module): string {
  const name = page.replaceAll('/', '_').replace(/\.md$/, '')
  const server = serverOf({ code })
  const folder = server === undefined ? name : `${name}-${server}` // tested by another process at the same time
  return path.join(root, 'out', 'docs', folder, `${line}.${typed ? 'mts' : 'mjs'}`)
}

/**
 * Writes the modules and compiles those with types, in one program.
 *
 * @returns the compiler's messages by file, each with its page and line
 */
export function compile(modules: readonly Module[]): Map<string, string[]> {
  const folders = new Set(modules.map((module) => path.dirname(fileOf(module))))
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  for (const module of modules) {
    mkdirSync(path.dirname(fileOf(module)), { recursive: true })
    writeFileSync(fileOf(module), module.code)
  }
  const typed = new Map(modules.filter((module) => module.typed).map((module) => [fileOf(module), module]))
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.base.json'), (file) => ts.sys.readFile(file)) as {
    config: { compilerOptions: object }
  }
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  const ours = {
    declaration: false,
    inlineSourceMap: true,
    noUnusedLocals: false,
    noUnusedParameters: false,
    types: ['node'],
    experimentalDecorators: true, // of NestJS
  }
  const program = ts.createProgram([...typed.keys()], { ...options, ...ours })
  const messages = new Map<string, string[]>()
  for (const { file, start = 0, messageText } of [
    ...ts.getPreEmitDiagnostics(program),
    ...program.emit().diagnostics,
  ]) {
    const name = path.normalize(file?.fileName ?? '')
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0
    const where = `${typed.get(name)?.page ?? name}:${line}`
    messages.set(name, [
      ...(messages.get(name) ?? []),
      `${where}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    ])
  }
  return messages
}

/** What a module printed and how it ended: 0, or not at all within 20 s. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  /** With lines of the page instead of those of our files. */
  readonly stderr: string
}

/** Runs one module in a process of its own: an unhandled rejection ends it, an open handle is noticed. */
export function execute(module: Module, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const file = fileOf(module)
  const args = ['--enable-source-maps', '--unhandled-rejections=strict', file.replace(/\.mts$/, '.mjs')]
  const child = spawn(process.execPath, args, {
    cwd: path.dirname(file),
    env: { ...process.env, ...env },
    timeout: 20_000,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr: stderr.replaceAll(file, module.page) }))
  })
}

/** Text after `// →` on a line that prints, in order: what the page says comes out. */
export function promised(module: Module): string[] {
  return module.code.split('\n').flatMap((line, index) => {
    const [, before = '', text] = /^(.*?)\/\/ → (.*)$/.exec(line) ?? []
    if (text === undefined) return []
    if (before.includes('console.log(')) return [text.trim()]
    throw new Error(
      `${module.page}:${index + 1}: nothing checks "→ ${text}": print the value with console.log(…) on this line`,
    )
  })
}
