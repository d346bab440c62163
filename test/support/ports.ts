import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';

// Below the range from which systems take ports for outgoing connections: otherwise a request of any other test could
// take a port that was just found free, or that a server released in order to restart.
const portMin = 10_000;
const portMax = 32_767;

/** A port on which nobody listens; picked at random, so that tests that run side by side do not pick the same. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(portMin, portMax + 1);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(false));
    // On every address of the machine.
    probe.listen({ port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Whether somebody listens on a port of 127.0.0.1. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
