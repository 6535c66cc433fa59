/**
 * Cycles: calls that lead back to where they came from are found, and not followed.
 *
 * Followed, they would have endless paths and no number of attempts. The call that closes a cycle, seen from the
 * user action that comes first, is marked; without these calls the graph has an order, callers first.
 *
 * Without recursion: a chain of ten thousand operations must not overflow the stack.
 *
 * @module
 */
import type { DraftEdge, DraftNode } from './edges.js'

/** Marks the edges that close a cycle, ranks the nodes, and gives them callers first. */
export function callersFirst(nodes: readonly DraftNode[], roots: readonly DraftNode[]): DraftNode[] {
  const done: DraftNode[] = []
  const left = new Set<DraftNode>()
  const open = new Set<DraftNode>()
  for (const root of roots) {
    if (!left.has(root) && !open.has(root)) explore(root, open, left, done)
  }
  const order = done.toReversed()
  for (const [rank, node] of order.entries()) node.rank = rank
  if (order.length !== nodes.length) throw new Error('every served operation has its rank')
  return order
}

function explore(root: DraftNode, open: Set<DraftNode>, left: Set<DraftNode>, done: DraftNode[]): void {
  const way: { readonly node: DraftNode; next: number }[] = [{ node: root, next: 0 }]
  open.add(root)
  for (let at = way.at(-1); at; at = way.at(-1)) {
    const edge: DraftEdge | undefined = at.node.edges[at.next++]
    if (!edge) {
      way.pop()
      open.delete(at.node)
      left.add(at.node)
      done.push(at.node)
    } else if (edge.to && open.has(edge.to)) edge.closes = true
    else if (edge.to && !left.has(edge.to)) {
      open.add(edge.to)
      way.push({ node: edge.to, next: 0 })
    }
  }
}
