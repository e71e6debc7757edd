// A real mail server for one test: says its port, then every letter it keeps, one line of JSON each.
// What it does with a letter, the recipient's name says: later@ is put off once, never@ is refused, cut@ loses the connection
// once after the whole letter was sent and kept.
import { createHash } from "node:crypto";
import { SMTPServer } from "smtp-server";

const seen = new Set();
const first = (name) => !seen.has(name) && seen.add(name);
const fail = (code, text) => Object.assign(new Error(text), { responseCode: code });

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS"],
  logger: false,
  onRcptTo({ address }, session, done) {
    const name = address.split("@")[0];
    if (name === "never") return done(fail(550, "no such user"));
    if (name === "later" && first(name)) return done(fail(451, "try again later"));
    return done();
  },
  onData(stream, session, done) {
    const parts = [];
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => {
      const text = Buffer.concat(parts).toString("utf8");
      const to = session.envelope.rcptTo.map(({ address }) => address);
      const digest = createHash("sha256").update(text.split("\r\n\r\n").slice(1).join("\r\n\r\n")).digest("hex");
      process.stdout.write(`${JSON.stringify({ to, text, digest })}\n`);
      if (to[0].startsWith("cut@") && first("cut")) {
        // The letter is here, its sender never hears of it.
        for (const connection of server.connections) connection.close();
        return;
      }
      done();
    });
  },
});

server.on("error", () => {});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.server.address().port}\n`));
