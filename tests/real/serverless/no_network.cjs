// Loaded into every process of node: what would leave the machine is put down and refused, and so is a process
// that would outlive the one that starts it and do so later.
const child = require("child_process");
const dns = require("dns");
const fs = require("fs");
const net = require("net");

function refused(what) {
  fs.appendFileSync(process.env.NETWORK_ASKED, `${what}\n`);
  throw new Error(`refused: ${what}`);
}

const spawn = child.spawn;
child.spawn = (command, given, options) => {
  const set = Array.isArray(given) ? options : given;
  return set && set.detached ? refused(`detached ${command} ${given}`) : spawn(command, given, options);
};
net.Socket.prototype.connect = (options) => refused(`connect ${options.host || options.path || options}`);
dns.lookup = (name) => refused(`lookup ${name}`);
dns.promises.lookup = async (name) => refused(`lookup ${name}`);
