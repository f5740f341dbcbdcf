import { Contract, type ContractTransactionReceipt, type ContractTransactionResponse, id } from "ethers";
import { connection, type Lp, type Room, room, USDC, WAD } from "./queue.ts";

const { ethers, networkHelpers } = connection;

/** The vault as the standards write it down, in their words and not in ours. */
const STANDARD = [
  "function name() view returns (string)",
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
  "function totalSupply() view returns (uint256)",
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address,address) view returns (uint256)",
  "function approve(address,uint256) returns (bool)",
  "function transfer(address,uint256) returns (bool)",
  "function transferFrom(address,address,uint256) returns (bool)",
  "function asset() view returns (address)",
  "function totalAssets() view returns (uint256)",
  "function convertToShares(uint256) view returns (uint256)",
  "function convertToAssets(uint256) view returns (uint256)",
  "function maxDeposit(address) view returns (uint256)",
  "function maxMint(address) view returns (uint256)",
  "function maxRedeem(address) view returns (uint256)",
  "function maxWithdraw(address) view returns (uint256)",
  "function previewDeposit(uint256) view returns (uint256)",
  "function previewMint(uint256) view returns (uint256)",
  "function previewRedeem(uint256) view returns (uint256)",
  "function previewWithdraw(uint256) view returns (uint256)",
  "function deposit(uint256,address) returns (uint256)",
  "function deposit(uint256,address,address) returns (uint256)",
  "function mint(uint256,address) returns (uint256)",
  "function mint(uint256,address,address) returns (uint256)",
  "function redeem(uint256,address,address) returns (uint256)",
  "function withdraw(uint256,address,address) returns (uint256)",
  "function requestDeposit(uint256,address,address) returns (uint256)",
  "function requestRedeem(uint256,address,address) returns (uint256)",
  "function pendingDepositRequest(uint256,address) view returns (uint256)",
  "function claimableDepositRequest(uint256,address) view returns (uint256)",
  "function pendingRedeemRequest(uint256,address) view returns (uint256)",
  "function claimableRedeemRequest(uint256,address) view returns (uint256)",
  "function isOperator(address,address) view returns (bool)",
  "function setOperator(address,bool) returns (bool)",
  "function cancelDepositRequest(uint256,address)",
  "function pendingCancelDepositRequest(uint256,address) view returns (bool)",
  "function claimableCancelDepositRequest(uint256,address) view returns (uint256)",
  "function claimCancelDepositRequest(uint256,address,address)",
  "function cancelRedeemRequest(uint256,address)",
  "function pendingCancelRedeemRequest(uint256,address) view returns (bool)",
  "function claimableCancelRedeemRequest(uint256,address) view returns (uint256)",
  "function claimCancelRedeemRequest(uint256,address,address)",
  "function share() view returns (address)",
  "function vault(address) view returns (address)",
  "function supportsInterface(bytes4) view returns (bool)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares)",
  "event Withdraw(address indexed sender, address indexed receiver, address indexed owner, uint256 assets, uint256 shares)",
  "event DepositRequest(address indexed controller, address indexed owner, uint256 indexed requestId, address sender, uint256 assets)",
  "event RedeemRequest(address indexed controller, address indexed owner, uint256 indexed requestId, address sender, uint256 shares)",
  "event OperatorSet(address indexed controller, address indexed operator, bool approved)",
  "event CancelDepositRequest(address indexed controller, uint256 indexed requestId, address sender)",
  "event CancelDepositClaim(address indexed controller, address indexed receiver, uint256 indexed requestId, address sender, uint256 assets)",
  "event CancelRedeemRequest(address indexed controller, uint256 indexed requestId, address sender)",
  "event CancelRedeemClaim(address indexed controller, address indexed receiver, uint256 indexed requestId, address sender, uint256 shares)",
];

/** The vault as somebody sees it who knows the standards only. */
export interface Face {
  readonly address: string;
  /** Result of a function that is only looked at; overloads by their whole signature. */
  look<T = bigint>(name: string, ...args: unknown[]): Promise<T>;
  /** Sends a transaction and tells the vault's events of it, but for transfers: name and arguments. */
  send(name: string, ...args: unknown[]): Promise<unknown[][]>;
}

export async function faceOf({ world }: Room, lp: Lp): Promise<Face> {
  const signer = await ethers.getSigner(lp.address);
  const contract = new Contract(world.deployment.contracts.vault, STANDARD, signer);
  return {
    address: lp.address,
    look: (name, ...args) => contract.getFunction(name).staticCall(...args),
    async send(name, ...args) {
      const sent = (await contract.getFunction(name).send(...args)) as ContractTransactionResponse;
      const receipt = (await sent.wait()) as ContractTransactionReceipt;
      return receipt.logs
        .filter((log) => log.address === world.deployment.contracts.vault)
        .map((log) => contract.interface.parseLog(log))
        .flatMap((log) => (log === null || log.name === "Transfer" ? [] : [[log.name, ...log.args]]));
    },
  };
}

/** ERC-165 id of some functions. */
export function idOf(...signatures: string[]): string {
  const bits = signatures.reduce((sum, signature) => sum ^ BigInt(id(signature).slice(0, 10)), 0n);
  return `0x${bits.toString(16).padStart(8, "0")}`;
}

/** A vault with the faces that three LPs see of it. */
export async function opened() {
  const stage = await networkHelpers.loadFixture(room);
  const { alice, bob, carol } = stage;
  const faces = await Promise.all([alice, bob, carol].map((lp) => faceOf(stage, lp)));
  const [a, b, c] = faces as [Face, Face, Face];
  return { stage, a, b, c, at: stage.world.deployment.contracts };
}

/** Bob's deposit and Alice's redemption have been through an epoch: he may claim shares, she assets. */
export async function claimable() {
  const all = await opened();
  const { stage, a, b } = all;
  await b.send("requestDeposit", 900n * USDC, b.address, b.address);
  await a.send("requestRedeem", 700n * WAD, a.address, a.address);
  await stage.mark(1);
  await stage.process();
  return all;
}
