/**
 * Frameworks: the same small handler behind each of them, bare and behind an operation.
 *
 * @module
 */
import { getRequestListener } from '@hono/node-server'
import { Controller, Get, Module, UseInterceptors } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import type { RequestListener } from 'node:http'
import { NextRequest } from 'next/server.js'
import { handle, type ServedOperation } from 'truce/server'
import * as ofExpress from 'truce/server/express'
import * as ofFastify from 'truce/server/fastify'
import * as ofHono from 'truce/server/hono'
import * as ofNest from 'truce/server/nest'
import * as ofNext from 'truce/server/next'
import * as ofNode from 'truce/server/node'

/** A listener of node:http, or a function of a `Request`. */
export type Served =
  | { readonly listener: RequestListener }
  | {
      readonly answer: (request: Request) => Promise<Response>
      readonly requestOf: (headers: Record<string, string>) => Request
    }

/**
 * What stands before the handler: an operation, nothing, or a layer of the framework's that does nothing, or nothing
 * but hear of the end of the request, as it must who counts requests in flight.
 */
export type Before = ServedOperation | 'nothing' | 'empty layer' | 'listening layer'

/** @returns nothing where the framework has no such layer */
type Make = (before: Before) => Served | undefined | Promise<Served | undefined>

const ADDRESS = 'http://localhost/'

const isLayer = (before: Before): before is 'empty layer' | 'listening layer' =>
  before === 'empty layer' || before === 'listening layer'

const isOperation = (before: Before): before is ServedOperation => typeof before !== 'string'

export const FRAMEWORKS: Readonly<Record<string, Make>> = {
  node(before) {
    if (isLayer(before)) return undefined
    if (before === 'nothing') return { listener: (_request, response) => void response.end('ok') }
    return { listener: ofNode.listener(before, (_request, response) => response.end('ok')) }
  },
  express(before) {
    const app = express()
    if (before === 'empty layer') app.get('/', (_request, _response, next) => next())
    if (before === 'listening layer') {
      app.get('/', (_request, response, next) => {
        response.on('close', () => {})
        next()
      })
    }
    if (isOperation(before)) app.get('/', ofExpress.guarded(before))
    app.get('/', (_request, response) => void response.end('ok'))
    return { listener: app as unknown as RequestListener }
  },
  async fastify(before) {
    if (before === 'listening layer') return undefined
    const app = fastify()
    const empty = (_request: unknown, _reply: unknown, done: () => void): void => done()
    const options = isOperation(before) ? ofFastify.route(before) : { onRequest: empty, preHandler: empty }
    app.get('/', { ...(before !== 'nothing' && options) }, (_request, reply) => void reply.send('ok'))
    await app.ready()
    return { listener: (request, response) => app.routing(request, response) }
  },
  hono(before) {
    if (before === 'listening layer') return undefined
    const app = new Hono()
    if (before === 'empty layer') app.get('/', async (_c, next) => next())
    if (isOperation(before)) app.get('/', ofHono.guarded(before))
    app.get('/', (c) => c.text('ok'))
    const answer = getRequestListener(app.fetch)
    return { listener: (request, response) => void answer(request, response) }
  },
  async nest(before) {
    if (before === 'listening layer') return undefined
    class Reservations {
      get(): string {
        return 'ok'
      }
    }
    const empty = { intercept: (_context: unknown, next: { handle(): unknown }) => next.handle() }
    const get = Object.getOwnPropertyDescriptor(Reservations.prototype, 'get') as PropertyDescriptor
    Get()(Reservations.prototype, 'get', get)
    if (before !== 'nothing') {
      const layer = isOperation(before) ? ofNest.guarded(before) : empty
      UseInterceptors(layer as never)(Reservations.prototype, 'get', get)
    }
    Controller()(Reservations)
    class App {
      readonly name = 'reservations'
    }
    Module({ controllers: [Reservations] })(App)
    const app = await NestFactory.create(App, { logger: false, abortOnError: false })
    await app.init()
    return { listener: app.getHttpAdapter().getInstance() as RequestListener }
  },
  next(before) {
    if (isLayer(before)) return undefined
    const handler = async (): Promise<Response> => new Response('ok')
    return {
      answer: isOperation(before) ? ofNext.guarded(before, handler) : handler,
      requestOf: (headers) => new NextRequest(ADDRESS, { headers }),
    }
  },
  web(before) {
    if (isLayer(before)) return undefined
    const handler = async (): Promise<Response> => new Response('ok')
    return {
      answer: isOperation(before) ? handle(before, handler) : handler,
      requestOf: (headers) => new Request(ADDRESS, { headers }),
    }
  },
}
