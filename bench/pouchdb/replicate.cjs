// Push the rows of a JSON lines file from one PouchDB to another over HTTP; tell bytes and requests, all headers counted.
const fs = require('fs')
const http = require('http')
const net = require('net')
const readline = require('readline')
const express = require('express')
const PouchDB = require('pouchdb-core')
  .plugin(require('pouchdb-adapter-memory'))
  .plugin(require('pouchdb-adapter-http'))
  .plugin(require('pouchdb-replication'))
  .plugin(require('pouchdb-mapreduce'))

const IN_ONE_WRITE = 1000

async function filled (path) {
  const local = new PouchDB('laptop', { adapter: 'memory' })
  let docs = []
  for await (const line of readline.createInterface({ input: fs.createReadStream(path) })) {
    const { id, ...row } = JSON.parse(line)
    docs.push({ _id: id, ...row })
    if (docs.length === IN_ONE_WRITE) {
      await local.bulkDocs(docs)
      docs = []
    }
  }
  if (docs.length) await local.bulkDocs(docs)
  return local
}

function listening (server) {
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
}

function counting (port, count) {
  return net.createServer(near => {
    const far = net.connect(port, '127.0.0.1')
    for (const [from, to] of [[near, far], [far, near]]) {
      from.on('data', part => { count.bytes += part.length })
      from.on('error', () => to.destroy())
      from.pipe(to)
    }
  })
}

async function main (path) {
  const local = await filled(path)
  const County = PouchDB.defaults({ adapter: 'memory', prefix: 'county-' })
  const count = { bytes: 0, requests: 0 }
  const app = express()
  app.use((_asked, _answer, next) => { count.requests += 1; next() })
  app.use(require('express-pouchdb')(County, { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: '/dev/null' }))
  const county = await listening(http.createServer(app))
  const between = await listening(counting(county, count))
  await new County('record').info()
  const done = await local.replicate.to(`http://127.0.0.1:${between}/record`)
  const { doc_count: arrived } = await new County('record').info()
  process.stdout.write(JSON.stringify({ ...count, sent: done.docs_written, arrived }) + '\n')
  process.exit(0)
}

main(process.argv[2]).catch(error => { process.stderr.write(`${error.stack}\n`); process.exit(1) })
