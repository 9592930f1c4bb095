// Keys that everybody knows: printed by vendors and standards. Their SHA-256 only, so that nobody finds a key here either.
import { createHash } from 'node:crypto'

const DOCUMENTED: ReadonlySet<string> = new Set([
  // Binance: key and secret of the signed examples, the sample keys of its key types.
  '5ba1ed8425baaa72d558afddb8aaacdfe29ad0dc1a44dae76640127e83626d29',
  '23e9efa3ced6e70c7f2dbe0d08295f18f94b0cbd5c6026677e3bc51897ee31f2',
  '0c1cc8ea05afd55a92ed4f3ca2269ee35cae1b8aa6ba13a1c88ac4214f41e69f',
  '3b76d52c452446111712fa1a02da33ede27938e6e2ba943f514f3929b837f043',
  '88a07940499df805e429410fb07b23408a5375962ad3960210e7c2c7aac67779',
  // Kraken: secret of the signature example.
  '98c0adc16caa135bf2c8732f2558ae4e3e03443c4d1a20b8974fed384ad505d8',
  // Bybit, OKX, BitMEX, Deribit, Poloniex, BitForex: keys and secrets of their signature examples.
  'eb01960a9a4daeddfb24e9ce40114b4514033a7a21210c9cdd6690dc3a054eeb',
  '8f56daface2cddae16627f637828fd991c7a057f9632bc84b3b7de7f647db9d8',
  '477a08c0eb19eedcfbcaaf28687d05fd4854161e23ecce1b8836a4ece1d880e9',
  '1a37968c2c4a51ca080b7b6de16b59bff34ab6e1fde0e4e1b40ae7bcbe0d0386',
  '548a18e84bbd5a42a7582a83a24e1707b952a0630ea6c76f23dc5dec95500390',
  '70a60ac1776fdc4af8cf2d4cac2fcc9465223e956427ff650c8416878212a548',
  '4604edee7c9ac20bfe8182e9de1038a2078018e9f50582f28e0c1023870c03b6',
  '3b86a0c9508a2de58cc9405a6bbb8b81d51aeaf55b16aa64768969906a8b25ff',
  'bbf58ff8e48010715bcd385ff8eb7961489668531a077de6d278195889133e1c',
  'c7a24c30ae8eafd5c3bcbc59cfcc830f216f9b0e52e4dec4587d85df1f754bae',
  '7f444a2ef0852c080875d04ac7aadee1fc98bca1ecd6daa8bc248a3bae7d9520',
  // OANDA's token of its request examples, FRED's key of its client examples.
  '3d34716b828ca41341dccfe4e59ff63284153ff62e9ac32c74aacc204a05be38',
  'f6d527e6d01865481134f29788be2afe7fc3c702e1a55d7ceafac5f35199e8dc',
  // AWS: access key and secret of every example. Stripe: its public test keys. Twitter: the keys of its signing example.
  '1a5d44a2dca19669d72edf4c4f1c27c4c1ca4b4408fbb17f6ce4ad452d78ddb3',
  '78314b11be2e581549ac1c4f616563fad3fdf0c3b71678f6e2299182080e0598',
  '2cafc0970149a84f3b9e62eaf169f36f59907a3b3e31f7b82e68c69cd27f7326',
  '153a182586451358014e3142089118ce38f6c7dc7c79014d3fa40b57f80b4aab',
  'f2d6ca16515033e5dce14eba840b979d27b5cbae24bb3e5bf484339667f86397',
  '8e0628300c16fe3834b3b87d23e352618a27b0ca9973abd52cfc92abfc7667e3',
  '00b3dc640c9c99fcdbdab6f63d785248e4613fbaa65d63c56d97e54f987c3bab',
  '0e04efa6bc7d2d512fc108c5ba4215c42a7d4674301511c5d18f2e2885d45f35',
  '5aac38e542b76b97b3518c0293214d0b8aa11344e38518437f7dd44da0b521c3',
  // RFC 6749 and 6750 (OAuth 2), RFC 5849 (OAuth 1).
  'b8e148545b13c78bc74da2f1a7275dd71e56ddece129d7d2f7b3ecc06f7994da',
  '00cf4c781dc37003f7c7dd7d4c9a6ef1e0f4c62d9a291aa8bc398774e3fefd32',
  '6c96130f130ab0d6d158397e24d2bcc1c9a5e73ae081f6e983f1c7b545d24a4c',
  'e9974c507d2a802143f614c878fcbb622a3800e05e6e0d329fee2c5b6b243329',
  'a35b81a7d7927b70ec99270dd2362b88580a28574af812f2c02f56469579186f',
  'ca7459e2b26776de081b9a07e40227fd6cff232a1e3233ff6b6aa6d036ca9981',
  '293257ab6495ebb11cf9e4aee0686ca30df8de2ab8d251f2cbbcf177bdfcae91',
  'cb87c87e4a138d9a72259d2a01bab15623c9846e568c1509b287721645a6ea53',
  'bb9b1163338b2a51495834ad5c65420443d6327381cf0f94ebf92b117f209d72',
  '649e1f5c769e718ba10d1a702a36499a731441d960b06da91c4c97786bf84595',
  '4c20e6f5cc11b93731e74cbe20739821d61c3563c9f50ecb884a27cd369f01fb',
  '6aa14267d94944e6b6483c81f5ad37f87bbc7e88aa368d4aba1e71e0b79cd8c4',
  'c20fbc2b96183894fb46187909d02afbef5b1b56398ece2a653745dbfb407553',
  'b87dad10a32a2d81aa2e36e31e258b36ac0c3b07d1c1d5837185e206e17e3a06',
  '80f8b7c904d4a43f3b7036db73247daafe15b3f647b337d19031ff67b7c1a177',
  '2ff8b0fb93aca981c78f1e94355c298c23435461f1072ef4674848e620371787',
  // RFC 4122 and what is copied from it.
  '986c0dc956dc822b5d8f698661b9eb1ef880786ff9043c16744d2a420e99e9bb',
  'a3a9e1ed9732cab28868127be00f1ce921acaefdd5c3b23a6e9e0072bd9c1a34',
  '30a5154b77ab8b2ddbe19f5e7af72f33cc2a4a41f22940d965102650a1c72863',
  'e5855ff48799c52c9ccf80b82bab9492c347a316876dbeaafef22b0bd4fac13d',
  // RFC 7515 and 7519 (JWS, JWT) with the sample token of jwt.io, RFC 7636 (PKCE), RFC 6455 (WebSocket), RFC 6238 (TOTP).
  '8b1b17a9740c068accab5c3d0d652c8e3cc13206e70bb73b42ea41d4c2de3c12',
  '8d4ef6536dc8895f256c1e0d95dcd19763036732d64a095e44a90ed444267ad3',
  '7f75367e7881255134e1375e723d1dea8ad5f6a4fdb79d938df1f1754a830606',
  '8bc96795edcbd22567382db5b547a2264a9564a9ac24a60e6122623da1800b32',
  '13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3',
  '0d299b1eb548708d04534e7e050c427b56edfa15d13637a3484bdd61babf8384',
  '15cef4b629cc2d07a4563df9516739d4c8d6097eb283e5260fd59299a3c99c56',
  '549c9390539efcfa01d2744e82e7da34409a63dd0feaf310f7a6e12551fe7668',
  '8be5d113c0871ce1a122d68a7dff940ab7b09ad8dfcfd9a85aa5c1acc026279e',
])

/** True for a key that is printed in the documentation of a vendor or in a standard, also where it lost its padding. */
export const isDocumented = (value: string): boolean =>
  [value, `${value}=`, `${value}==`].some(text => DOCUMENTED.has(sha256(text)))

/** Hexadecimal, lower case. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
