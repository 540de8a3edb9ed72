// The contender in node's own http: reads the body as JSON, finds the method in a table, answers the envelope.
// It checks no token, which is in its favour.
//
//   node node_http.js PORT
const http = require('node:http');

const methods = {
  'system/ping': () => ({ pong: true, node_id: 'node-http', timestamp: new Date().toISOString() }),
  'echo/echo': ({ document }) => document,
};

http.createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const { params, id } = JSON.parse(Buffer.concat(pieces));
    const result = methods[request.url.slice('/rpc/'.length)](params);
    const body = JSON.stringify({ result, error: null, id });
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
    response.end(body);
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
