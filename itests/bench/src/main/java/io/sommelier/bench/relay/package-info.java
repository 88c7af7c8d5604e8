/**
 * The baseline: the least that any middleware between three processes must do. A relay reads length-prefixed frames,
 * looks up the connection that each one names, writes it there, and flushes once for each burst that it read. Its
 * requester and responder are plain Netty clients.
 */
package io.sommelier.bench.relay;
