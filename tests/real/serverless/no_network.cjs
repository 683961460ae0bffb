// Loaded into every process of node: what would leave the machine is put down and refused.
const dns = require("dns");
const fs = require("fs");
const net = require("net");

function refused(what) {
  fs.appendFileSync(process.env.NETWORK_ASKED, `${what}\n`);
  throw new Error(`no network: ${what}`);
}

net.Socket.prototype.connect = (...given) => refused(`connect ${JSON.stringify(given[0])}`);
dns.lookup = (name) => refused(`lookup ${name}`);
dns.promises.lookup = async (name) => refused(`lookup ${name}`);
