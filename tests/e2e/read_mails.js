// What the npm package mailparser says of mails: one JSON object a line, for each file named.
// For mailparser_test.py.
"use strict";
const fs = require("fs");
const { simpleParser } = require("../node_modules/mailparser");

function facts(mail) {
  return {
    subject: mail.subject,
    from: mail.from.value,
    to: mail.to.value,
    messageId: mail.messageId,
    inReplyTo: mail.inReplyTo,
    date: mail.date.toISOString(),
    text: mail.text,
    html: mail.html,
    headers: [...mail.headerLines.map((line) => line.key)],
    list: mail.headers.get("list") || null,
    attachments: mail.attachments.map((part) => ({
      type: part.contentType,
      name: part.filename || null,
      disposition: part.contentDisposition || null,
      method: part.headers.get("content-type").params.method || null,
      content: part.content.toString("base64"),
    })),
  };
}

async function main() {
  for (const path of process.argv.slice(2)) {
    // The text of a mail with HTML and text is its text part, not made from the HTML.
    const mail = await simpleParser(fs.readFileSync(path), {
      skipHtmlToText: true, skipTextToHtml: true, skipTextLinks: true, skipImageLinks: true });
    console.log(JSON.stringify(facts(mail)));
  }
}

main().catch((error) => { console.error(error); process.exit(1); });
