import { simulate } from '@truce/lab'
import { storm } from '/work/main/bench/dist/lab/storm.js'
const n=Number(process.argv[2]??100000), rounds=Number(process.argv[3]??3)
simulate(storm(1000,200000))
for(let i=0;i<rounds;i++){const b=process.cpuUsage();const {result}=simulate(storm(n,1e6));const u=process.cpuUsage(b);console.log(((u.user+u.system)*1000/result.events).toFixed(1),'ns/event', result.events)}
