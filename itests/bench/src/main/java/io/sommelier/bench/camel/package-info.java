/**
 * What commands over HTTP are compared with: a route of plain Camel from HTTP to a queue of an embedded Artemis and back,
 * and workers that take from that queue.
 */
package io.sommelier.bench.camel;
