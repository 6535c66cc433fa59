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

/** @param operation nothing for the bare handler */
type Make = (operation: ServedOperation | undefined) => Served | Promise<Served>

const ADDRESS = 'http://localhost/'

export const FRAMEWORKS: Readonly<Record<string, Make>> = {
  node: (operation) => ({
    listener: operation
      ? ofNode.listener(operation, (_request, response) => response.end('ok'))
      : (_request, response) => void response.end('ok'),
  }),
  express: (operation) => {
    const app = express()
    app.get('/', ...(operation ? [ofExpress.guarded(operation)] : []), (_request, response) => void response.end('ok'))
    return { listener: app as unknown as RequestListener }
  },
  fastify: async (operation) => {
    const app = fastify()
    app.get('/', { ...(operation && ofFastify.route(operation)) }, (_request, reply) => void reply.send('ok'))
    await app.ready()
    return { listener: (request, response) => app.routing(request, response) }
  },
  hono: (operation) => {
    const app = new Hono()
    if (operation) app.get('/', ofHono.guarded(operation), (c) => c.text('ok'))
    else app.get('/', (c) => c.text('ok'))
    const answer = getRequestListener(app.fetch)
    return { listener: (request, response) => void answer(request, response) }
  },
  nest: async (operation) => {
    class Reservations {
      get(): string {
        return 'ok'
      }
    }
    const get = Object.getOwnPropertyDescriptor(Reservations.prototype, 'get') as PropertyDescriptor
    Get()(Reservations.prototype, 'get', get)
    if (operation) UseInterceptors(ofNest.guarded(operation) as never)(Reservations.prototype, 'get', get)
    Controller()(Reservations)
    class App {
      readonly name = 'reservations'
    }
    Module({ controllers: [Reservations] })(App)
    const app = await NestFactory.create(App, { logger: false, abortOnError: false })
    await app.init()
    return { listener: app.getHttpAdapter().getInstance() as RequestListener }
  },
  next: (operation) => {
    const handler = async (): Promise<Response> => new Response('ok')
    return {
      answer: operation ? ofNext.guarded(operation, handler) : handler,
      requestOf: (headers) => new NextRequest(ADDRESS, { headers }),
    }
  },
  web: (operation) => {
    const handler = async (): Promise<Response> => new Response('ok')
    return {
      answer: operation ? handle(operation, handler) : handler,
      requestOf: (headers) => new Request(ADDRESS, { headers }),
    }
  },
}
