// A connector in thirty lines, in a browser or in Node.js 22:  node short.js [ws://127.0.0.1:7008/sommelier [TARGET]]
const [url = 'ws://127.0.0.1:7008/sommelier', target = 'cellar'] = globalThis.process?.argv.slice(2) ?? [];
const given = ({ text, json, base64 }) => json ?? JSON.parse(text ?? atob(base64));
const operations = { // what is yielded is a part of a stream, what is returned ends it, what is thrown fails it
  async *pour({ contentType, text, json, base64 }) { return { contentType, text, json, base64 }; },
  async *slow(command) { return new Promise(done => setTimeout(done, given(command).millis, { json: given(command) })); },
  async *count(command) { for (let n = 1; n <= given(command).to; n++) yield { text: `{"n":${n}}\n` }; },
};
async function execute(command, say) {
  for (const parts = operations[command.operation](command); ; command.sent++) {
    const { done, value } = await parts.next();
    if (done) return say({ type: 'complete', count: command.sent, ...value });
    while (command.credit <= 0) await new Promise(more => (command.more = more));
    command.credit -= Math.max(128, value.text.length); // of ASCII
    say({ type: 'data', sequence: command.sent, ...value });
  }
}
(function connect(comeBack = true, instance = 'js-' + Math.random().toString(36).slice(2)) {
  const socket = new WebSocket(url, 'sommelier.json.v1'), send = message => socket.send(JSON.stringify(message)), commands = {};
  socket.onopen = () => send({ type: 'hello', instance, target, operations: Object.keys(operations) });
  socket.onclose = () => comeBack && setTimeout(connect, 500 + 1000 * Math.random());
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data), { type, stream } = message, say = part => commands[stream] && send({ stream, ...part });
    if (type === 'refused' || type === 'goodbye') { comeBack = message.comeBack; socket.close(); }
    if (type === 'ping') send({ type: 'pong', token: message.token }); else if (type === 'cancel') delete commands[stream];
    if (type === 'credit' && commands[stream]) { commands[stream].credit += message.bytes; commands[stream].more?.(); }
    if (type === 'command') execute(commands[stream] = { ...message, sent: 0 }, say)
      .catch(error => say({ type: 'failed', count: commands[stream]?.sent, message: error.message })).then(() => delete commands[stream]);
  };
})();
