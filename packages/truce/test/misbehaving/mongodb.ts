/**
 * MongoDB that misbehaves: a lone primary that answers greetings by itself and everything else as told.
 *
 * @see https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 * @module
 */
import { BSON } from 'mongodb'
import { listen } from './listen.js'

/** The answer's document, or what happens to the connection instead; once `gone`, no other is let in. */
export type Reply = BSON.Document | 'reset' | 'gone' | 'close' | 'silence'

const HEADER = 16
const OP_MSG = 2013
const OP_QUERY = 2004

/** @param reply to a command by its name */
export function fakeMongodb(reply: (name: string, command: BSON.Document) => Reply): Promise<number> {
  let gone = false
  return listen((socket) => {
    if (gone) return void socket.destroy()
    let buffered = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      buffered = Buffer.concat([buffered, chunk])
      while (buffered.length >= HEADER && buffered.length >= buffered.readInt32LE(0)) {
        const size = buffered.readInt32LE(0)
        const message = buffered.subarray(0, size)
        buffered = buffered.subarray(size)
        const id = message.readInt32LE(4)
        if (message.readInt32LE(12) === OP_QUERY) {
          socket.write(frame(id, 1, Buffer.concat([Buffer.alloc(16), Buffer.from([1, 0, 0, 0]), body(hello())])))
          continue
        }
        const section = message.subarray(HEADER + 5)
        const command = BSON.deserialize(section.subarray(0, section.readInt32LE(0)))
        const name = Object.keys(command)[0] ?? ''
        const answer = GREETINGS.has(name) ? hello() : reply(name, command)
        gone ||= answer === 'gone'
        if (answer === 'reset' || answer === 'gone') return void socket.resetAndDestroy()
        if (answer === 'close') return void socket.end()
        if (answer !== 'silence') socket.write(frame(id, OP_MSG, Buffer.concat([Buffer.alloc(5), body(answer)])))
      }
    })
  })
}

const GREETINGS = new Set(['hello', 'ismaster', 'endSessions'])

/** A member of a replica set: only those have sessions, transactions and retryable writes. */
const hello = (): BSON.Document => ({
  ok: 1,
  helloOk: true,
  isWritablePrimary: true,
  ismaster: true,
  setName: 'test',
  hosts: ['127.0.0.1:1'],
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  logicalSessionTimeoutMinutes: 30,
  minWireVersion: 0,
  maxWireVersion: 21,
})

const body = (document: BSON.Document): Buffer => Buffer.from(BSON.serialize(document))

function frame(replyTo: number, opcode: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(HEADER)
  head.writeInt32LE(HEADER + payload.length, 0)
  head.writeInt32LE(replyTo, 8)
  head.writeInt32LE(opcode, 12)
  return Buffer.concat([head, payload])
}
