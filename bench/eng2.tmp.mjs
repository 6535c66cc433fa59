import { simulate } from '@truce/lab'
import { storm } from '/work/main/bench/dist/lab/storm.js'
simulate(storm(1000,200000))
for(let i=0;i<6;i++){const b=process.cpuUsage();const t=performance.now();const {result}=simulate(storm(100000,1e6));const w=performance.now()-t;const u=process.cpuUsage(b);console.log('ROUND',((u.user+u.system)*1000/result.events).toFixed(1),'cpu ns/event', (w*1e6/result.events).toFixed(1),'wall')}
