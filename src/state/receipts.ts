/** How receipts are spelled: words of the flow that screens may speak. */
export { fieldText, receiptJson } from '../flows/receipt.ts';
