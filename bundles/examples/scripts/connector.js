// A connector over WebSocket, in a browser or in Node.js 22:  node connector.js [ws://127.0.0.1:7008/sommelier [TARGET]]
const [url = 'ws://127.0.0.1:7008/sommelier', target = 'cellar'] = globalThis.process?.argv.slice(2) ?? [];
const instance = 'js-' + Math.random().toString(36).slice(2);
const given = command => command.json ?? JSON.parse(command.text ?? atob(command.base64));
const known = new Set(['welcome', 'refused', 'goodbye', 'ping', 'pong', 'drain', 'command', 'admitted', 'accepted', 'data', 'complete', 'failed', 'credit', 'cancel']);
const operations = { // what is yielded is a part of a stream, what is returned ends it
  async *pour({ contentType, text, json, base64 }) { return { json: { instance, contentType, text, json, base64 } }; },
  async *slow(command) { await new Promise(done => setTimeout(done, given(command).millis)); return { json: given(command) }; },
  async *count(command) { for (let n = 1; n <= given(command).to; n++) yield { text: `{"n":${n}}\n` }; },
  async *fail() { throw new Error('this operation always fails'); },
  async *'sommelier.health'() { return { text: 'well' }; }, // how it is, when the controller asks: down if it throws, for that reason
};

async function execute(command, work, say) {
  if (!Object.hasOwn(operations, command.operation)) return say({ type: 'failed', code: 'UNKNOWN_OPERATION', outcome: 'NOT_SENT', stage: 'ROUTING' });
  try {
    const parts = operations[command.operation](command);
    for (let count = 0; ; count++) {
      const { done, value } = await parts.next();
      if (done) return say({ type: 'complete', count, ...value });
      while (work.credit <= 0) await new Promise(given => (work.wake = given)); // a cancelled one waits for ever, and is forgotten
      work.credit -= Math.max(128, new TextEncoder().encode(value.text).length);
      say({ type: 'data', sequence: work.sent++, ...value });
    }
  } catch (error) {
    say({ type: 'failed', count: work.sent, message: String(error.message) });
  }
}

function connect(resume = '', pause = 100) {
  const socket = new WebSocket(url, 'sommelier.json.v1'), works = new Map();
  const send = message => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
  const unanswered = setTimeout(() => socket.close(), 5_000);
  let comesBack = true;
  socket.onopen = () => send({ type: 'hello', instance, target, resume, operations: Object.keys(operations) });
  socket.onmessage = ({ data }) => {
    try {
      take(JSON.parse(data));
    } catch (error) {
      send({ type: 'goodbye', reason: 'PROTOCOL_ERROR', comeBack: true, message: String(error.message) });
      socket.close();
    }
  };
  const take = message => {
    const { type, stream } = message, work = works.get(stream);
    if (!known.has(type) && !String(type).startsWith('x-')) throw new Error(`type ${type} is unknown`);
    if (type === 'welcome') { clearTimeout(unanswered); [resume, pause] = [message.resume, 100]; }
    if (type === 'ping') send({ type: 'pong', token: message.token });
    if (type === 'credit' && work) { work.credit += message.bytes; work.wake?.(); }
    if (type === 'cancel') works.delete(stream);
    if (type === 'refused' || type === 'goodbye') { comesBack = message.comeBack; socket.close(); }
    if (type === 'command') {
      if (!Number.isInteger(stream)) throw new Error('stream is not a number');
      const begun = { credit: message.credit, sent: 0 };
      works.set(stream, begun);
      const say = part => works.get(stream) === begun && send({ stream, ...part });
      execute(message, begun, say).then(() => works.get(stream) === begun && works.delete(stream));
    }
  };
  socket.onclose = () => clearTimeout(unanswered) || comesBack && setTimeout(connect, pause * (0.5 + Math.random()), resume, Math.min(2 * pause, 30_000));
}
connect();
