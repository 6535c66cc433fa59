/** Where the limit of places goes: every move and its millisecond. */
import { describe, expect, it } from 'vitest'
import { CALM, House, type Service, steady, workers } from '../../../test/admission/house.js'

describe('at the start', () => {
  it.each([
    ['down to four times what is used', 100, 5, '510 ms: 20'],
    ['down to ten and no lower', 100, 1, '2550 ms: 10'],
    ['nowhere, where four times what is used is more', 100, 30, ''],
    ['nowhere, where the guess was less than ten', 8, 1, ''],
  ])('a limit that nobody needs goes %s', (_, limit, inside, moves) => {
    expect(new House(limit).serve(200, workers(20, 50), { inside, wanted: 0 }).moves).toBe(moves)
  })

  it('each departure makes room for one more while somebody waits, until requests take longer', () => {
    const house = new House(10)
    // The first tells nothing: it may have begun before anybody looked.
    expect(house.serve(4, workers(50, 50)).moves).toBe('19 ms: 13')
    expect(house.serve(37, workers(50, 50)).places.limit).toBe(50)
    expect(house.serve(300, workers(50, 50)).moves).toBe('206 ms: 168, 207 ms: 212')
  })

  it('does not grow for those who do not wait', () => {
    expect(new House(10).serve(41, workers(50, 50), { wanted: 0.5 }).places.limit).toBe(30)
  })

  it.each([
    ['1.2 times what the first four took: each makes room for one more', 60, 100],
    ['longer: that was all, and it looks up', 61, 200],
  ])('where requests take %s', (_, ms, limit) => {
    const house = new House(10).serve(5, steady(50, 5)).serve(36, steady(55, 5))
    expect(house.serve(50, steady(ms, 5)).places.limit).toBe(limit)
  })

  it('has no round of before that could be mixed with the first', () => {
    const some = { wanted: 0.3 }
    expect(new House().serve(5, steady(50, 5), some).serve(60, steady(100, 5), some).moves).toBe(
      '200 ms: 52, 205 ms: 65',
    )
  })

  it('looks up before it looks down, for the first are the shortest of their time', () => {
    const house = new House(40).serve(41, steady(50, 5), { wanted: 0.3 })
    expect(house.serve(300, steady(200, 10)).moves).toBe('715 ms: 103, 725 ms: 130')
  })
})

describe('a round', () => {
  it.each([
    ['forty departures', 40, 10, '410 ms: 10'],
    ['half as many departures as there are places', 100, 10, '510 ms: 10'],
    ['a tenth of a second', 40, 1, '101 ms: 10'],
  ])('is at least %s', (_, limit, apart, moves) => {
    expect(new House(limit).serve(120, steady(50, apart), { inside: 1, wanted: 0 }).moves).toBe(moves)
  })

  it('begins once what had begun before a move up has ended, five seconds at most', () => {
    // 400 ms, then as long again for forty departures.
    expect(new House().calm(steady(400, 10)).serve(130, steady(400, 10)).moves).toBe('810 ms: 80, 1610 ms: 160')
    // 5 s, then 2 s.
    expect(new House().calm(steady(8_000, 50)).serve(200, steady(8_000, 50)).moves).toBe('4050 ms: 80, 11050 ms: 160')
  })

  it('begins after a move down once the places are given back', () => {
    // 10 ms apart: 19, 9, 4, 2, 1 of those that are too many, then the forty of a round.
    const house = new House(80).calm()
    expect(house.serve(280, steady(200, 10)).moves).toBe(
      '205 ms: 40, 1015 ms: 20, 1605 ms: 10, 2095 ms: 5, 2535 ms: 2, 2955 ms: 1',
    )
  })

  it.each([
    ['a place in two is wanted: at once', 0.5, '405 ms: 80'],
    ['fewer are: one round later, for it had begun in calm', 0.475, '605 ms: 80'],
    ['one in four is', 0.25, '605 ms: 80'],
    ['fewer are: not at all', 0.225, ''],
  ])('lets the limit look up where %s', (_, wanted, moves) => {
    expect(new House().calm().serve(85, steady(50, 5), { wanted }).moves).toBe(moves)
  })

  it('counts what is released as a free place, and as nothing else', () => {
    const { places } = new House(40)
    for (let n = 0; n < 3; n++) places.started()
    for (let n = 0; n < 2; n++) places.released()
    expect([places.inFlight, places.limit]).toEqual([1, 40])
    places.ended(50, true, 1_000)
    expect(places.inFlight).toBe(0)
  })

  it('is work that somebody waits for, where nothing else is said', () => {
    const { places } = new House(40)
    for (let n = 1; n <= 50; n++) {
      places.started()
      places.ended(50, false, n * 10)
    }
    // Down to the floor of calm, not by half.
    expect(places.limit).toBe(10)
  })
})

describe('a full house', () => {
  it.each([
    ['1.5 times as long as usual: twice the places', 75, '405 ms: 80'],
    ['longer: a quarter more, carefully', 76, '405 ms: 50'],
    ['2.5 times as long: carefully as well', 125, '405 ms: 50'],
    ['longer, in two rounds: half the places', 126, '605 ms: 20'],
  ])('looks around where requests take %s', (_, ms, moves) => {
    expect(new House().calm().serve(85, steady(ms, 5)).moves).toBe(moves)
  })

  it('of more workers than places looks up as far as more is served', () => {
    expect(new House(20).calm().serve(4_000, workers(200, 50)).moves).toBe(
      '305 ms: 40, 455 ms: 80, 605 ms: 160, 755 ms: 320, 905 ms: 160, 1246 ms: 200, 1396 ms: 313, 1546 ms: 200',
    )
  })

  it('of as many workers as places looks up in vain and comes back', () => {
    expect(new House(20).calm().serve(600, workers(20, 50)).moves).toBe(
      '305 ms: 40, 455 ms: 20, 803 ms: 25, 1360 ms: 20, 1670 ms: 25',
    )
  })

  it('with a queue inside looks down until less is served', () => {
    expect(new House(40).calm().serve(600, workers(5, 50)).moves).toBe(
      '1005 ms: 20, 1595 ms: 10, 3285 ms: 13, 4285 ms: 10, 5505 ms: 13',
    )
  })

  it('with a queue too short to be suspected looks down once it has looked up in vain, as far as it goes', () => {
    expect(new House(40).calm().serve(1_200, workers(20, 50)).moves).toBe(
      '305 ms: 50, 913 ms: 40, 1235 ms: 32, 2060 ms: 25, 2883 ms: 20',
    )
  })

  it('looks down after sixteen looks up in vain', () => {
    const { moves } = new House(40).calm().serve(3_870, workers(5, 50))
    expect(moves.match(/ms: 13/g)).toHaveLength(16)
    expect(moves).toMatch(/, 38805 ms: 8$/)
  })

  it('that became slower keeps its places: what was lost on a look down was no queue', () => {
    const house = new House().calm(workers(40, 50))
    expect(house.serve(500, workers(40, 500)).moves).toBe('1205 ms: 20, 2533 ms: 40, 4533 ms: 50')
    // … and once more.
    expect(house.serve(600, workers(40, 5_000)).moves).toBe(
      '12295 ms: 40, 23420 ms: 20, 36699 ms: 40, 56699 ms: 50, 87074 ms: 40',
    )
  })

  it('that lost most of its workers and has them again', () => {
    const house = new House().calm(workers(40, 50))
    expect(house.serve(600, workers(5, 50)).moves).toBe(
      '1005 ms: 20, 1595 ms: 10, 3285 ms: 13, 4285 ms: 10, 5505 ms: 13',
    )
    expect(house.serve(700, workers(40, 50)).moves).toBe(
      '6493 ms: 21, 6682 ms: 42, 6832 ms: 84, 6984 ms: 42, 7335 ms: 53',
    )
  })

  it('looks up again after a calm', () => {
    const house = new House(20).calm().serve(300, workers(20, 50))
    expect(house.moves).toBe('305 ms: 40, 455 ms: 20, 803 ms: 25')
    // The look that was under way ends well, for half of its round was calm.
    expect(house.serve(200, workers(20, 50), CALM).moves).toBe('1023 ms: 40')
    expect(house.serve(400, workers(20, 50)).moves).toBe('2006 ms: 50, 2603 ms: 100, 2853 ms: 50')
  })

  it.each([
    ['2.5 times as long as usual: once', 125, '1005 ms: 20'],
    ['longer: again', 126, '1005 ms: 20, 1595 ms: 10'],
  ])('looks down where half as many take %s', (_, ms, moves) => {
    const queue: Service = (inside) => ({ ms: inside < 40 ? ms : 300, apart: 10 })
    expect(new House().calm().serve(160, queue).moves).toBe(moves)
  })

  it('compares with the rounds before, of which the last counts for three tenths', () => {
    const house = new House().calm().serve(40, steady(60, 10))
    // A look in vain; three rounds that serve half as much, and a look that serves a third more than these.
    house.serve(50, steady(100, 10)).serve(156, steady(60, 20))
    expect(house.moves).toBe('605 ms: 80, 1065 ms: 40, 4205 ms: 50')
    expect(house.serve(300, steady(100, 15)).moves).toBe('6295 ms: 40, 8230 ms: 32')
  })

  it('that cannot look down, however long requests take, looks up as soon as they take no longer', () => {
    const house = new House(40, { limitMin: 40 }).calm().serve(120, steady(300, 5))
    expect(house.serve(41, steady(50, 5)).moves).toBe('1005 ms: 80')
  })

  it('does not look beyond its bounds', () => {
    expect(new House(40, { limitMin: 40 }).calm().serve(900, steady(300, 10)).moves).toBe('')
    expect(new House(40, { limitMin: 30 }).calm().serve(120, steady(300, 10)).moves).toBe('1005 ms: 30')
    expect(new House(40, { limitMax: 50 }).calm().serve(900, steady(50, 10)).moves).toBe('605 ms: 50')
    expect(new House(10, { limitMax: 12 }).serve(900, steady(50, 10)).moves).toBe('30 ms: 12')
    // Not even after looks up in vain.
    expect(new House(20, { limitMin: 20 }).calm().serve(400, workers(10, 50)).moves).toBe(
      '405 ms: 25, 1520 ms: 20, 2140 ms: 25',
    )
  })
})

describe('the verdict on a look', () => {
  /** Above 40 places it serves so much more, as a share of what the places grew by, and takes longer. */
  const above =
    (gain: number): Service =>
    (inside) =>
      inside > 40 ? { ms: 100, apart: 10 / (1 + gain) } : { ms: 60, apart: 10 }
  /** Below 40 places it serves so much less, as a share of what the places shrank by. */
  const below =
    (gain: number): Service =>
    (inside) =>
      inside < 40 ? { ms: 60, apart: 10 / (1 - gain / 2) } : { ms: 150, apart: 10 }

  it.each([
    ['a fifth of it: the first round says no', 0.2, '605 ms: 80, 1005 ms: 40, 2530 ms: 50'],
    ['0.44: no, after five rounds, each half as long again', 0.44, '605 ms: 80, 2077 ms: 40'],
    ['0.46: yes, after five', 0.46, '605 ms: 80, 2057 ms: 160'],
    ['0.65: yes, after two', 0.65, '605 ms: 80, 1211 ms: 160, 1799 ms: 80'],
    ['0.7: the first says yes', 0.7, '605 ms: 80, 905 ms: 160, 1481 ms: 80'],
  ])('up, where the service follows by %s', (_, gain, moves) => {
    expect(new House().calm().serve(310, above(gain)).moves).toBe(moves)
  })

  // Yes: it rests there, and looks up after three rounds. No: it is back at once.
  it.each([
    ['no less is served: yes', 0, '1005 ms: 20, 2795 ms: 40, 3255 ms: 20'],
    ['0.28 less: yes, after five rounds', 0.28, '1005 ms: 20, 4982 ms: 40'],
    ['0.32 less: no, after five', 0.32, '1005 ms: 20, 3648 ms: 40, 4908 ms: 50'],
    ['0.9 less: the first says no', 0.9, '1005 ms: 20, 2078 ms: 40, 3338 ms: 50'],
  ])('down, where %s', (_, gain, moves) => {
    expect(new House().calm().serve(430, below(gain)).moves).toBe(moves)
  })

  it('up is yes where nothing takes longer, whatever is served', () => {
    const half =
      (ms: number): Service =>
      (inside) =>
        inside > 40 ? { ms, apart: 20 } : { ms: 60, apart: 10 }
    expect(new House().calm().serve(100, half(60)).moves).toBe('605 ms: 80, 1465 ms: 160')
    expect(new House().calm().serve(100, half(61)).moves).toBe('605 ms: 80, 1465 ms: 40')
  })

  describe('takes longer where service times vary', () => {
    /** One in twenty is long; more than 40 take twice as long, and little more is served. */
    const varied = (long: number): Service => {
      let n = 0
      return (inside) => ({ ms: (++n % 20 === 0 ? long : 20) * (inside > 40 ? 2 : 1), apart: inside > 40 ? 9 : 10 })
    }
    it.each([
      [20, '810 ms: 80, 1197 ms: 40, 2748 ms: 50'],
      [600, '810 ms: 80, 1404 ms: 40, 2955 ms: 50'],
      [1_000, '810 ms: 80, 2097 ms: 40'],
      // More than is believed of anything: one of a thousand times the others.
      [20_000, '810 ms: 80, 3051 ms: 40'],
    ])('20 ms, and one in twenty of %i ms', (long, moves) => {
      expect(new House().calm(varied(long)).serve(300, varied(long)).moves).toBe(moves)
    })
    it.each([
      ['is remembered for ten rounds', 400, '8810 ms: 80, 10664 ms: 40'],
      ['is half forgotten after fifty', 2_000, '24810 ms: 80, 26052 ms: 40'],
      ['is forgotten after a hundred', 4_000, '44810 ms: 80, 45197 ms: 40, 46748 ms: 50'],
    ])('that they vary %s', (_, since, moves) => {
      const house = new House().calm(varied(20)).serve(400, varied(1_000), CALM).serve(since, varied(20), CALM)
      expect(house.serve(260, varied(20)).moves).toBe(moves)
    })
  })
})

describe('work that nobody waits for any more', () => {
  it.each([
    ['more than four fifths of a round: half of the places', 40, 0.825, '1005 ms: 20'],
    ['four fifths: none', 40, 0.8, '1005 ms: 50'],
    ['all of it: down to ten', 15, 1, '1005 ms: 10'],
  ])('takes its places with it, where it is %s', (_, limit, wasted, moves) => {
    expect(new House(limit).calm().serve(40, steady(100, 20), { wasted }).moves).toBe(moves)
  })

  it('takes no places below ten, nor gives any back', () => {
    const small = new House(8).serve(41, workers(20, 50), { inside: 5, wanted: 0 })
    expect(small.serve(300, steady(100, 20), { wasted: 1 }).moves).toBe('')
    // Five workers and a queue: the limit has come down to eight by itself.
    const house = new House().calm().serve(3_870, workers(5, 50))
    expect(house.moves).toMatch(/ 8$/)
    expect(house.serve(100, workers(5, 50), { wasted: 1 }).moves).toBe('')
  })

  it('ends the start', () => {
    expect(new House(40).serve(150, steady(50, 20), { wasted: 1 }).moves).toBe('800 ms: 79, 820 ms: 40, 2380 ms: 20')
  })

  it.each([
    ['at the cut or later', 2_700, '8100 ms: 20, 14000 ms: 10'],
    ['before it: one too few for another', 2_701, '8100 ms: 20'],
  ])('counts where it had begun %s', (_, ms, moves) => {
    const house = new House().calm(steady(2_700, 100))
    // At the cut 39 are inside for 20 places: 19 departures, and 7 of the 40 of the next round, had begun before.
    expect(house.serve(40 + 59, steady(ms, 100), { wasted: 1 }).moves).toBe(moves)
  })
})
