declare module 'virtual:demo-deliveries' {
  export const deliveries: readonly import('../../../src/demo/deliveries.ts').Delivery[]
}
