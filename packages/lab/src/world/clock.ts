interface Eip1193 {
  request(call: { readonly method: string; readonly params?: unknown }): Promise<unknown>;
}

/** Simulated time of a chain: nothing moves it but its owner. */
export interface Clock {
  /** Time of the latest block, unix seconds. */
  now(): Promise<number>;
  /** Mines an empty block at `time`, which must be after the latest block. */
  advanceTo(time: number): Promise<void>;
}

const SENDING = new Set(["eth_sendTransaction", "eth_sendRawTransaction", "evm_mine", "hardhat_mine"]);
const TRIES = 20;

/**
 * Takes a chain's time into its own hands: each transaction's block comes one second after the block before, whatever
 * the wall clock says, so that a run gives the same bytes every time.
 */
export function simulatedClock(provider: Eip1193): Clock {
  const request = provider.request.bind(provider);
  const now = async () => {
    const block = (await request({ method: "eth_getBlockByNumber", params: ["latest", false] })) as {
      timestamp: string;
    };
    return Number(block.timestamp);
  };
  const setNext = (time: number) =>
    request({ method: "evm_setNextBlockTimestamp", params: [`0x${time.toString(16)}`] });
  const setNextSecond = async () => {
    for (let tries = 1; ; tries++) {
      try {
        return await setNext((await now()) + tries);
      } catch (error) {
        // Somebody else's transaction, say of the dApp, took that second since the clock was read.
        if (tries === TRIES) throw error;
      }
    }
  };
  provider.request = async (call) => {
    if (SENDING.has(call.method)) await setNextSecond();
    return request(call);
  };
  return {
    now,
    async advanceTo(time) {
      await setNext(time);
      await request({ method: "evm_mine" });
    },
  };
}
