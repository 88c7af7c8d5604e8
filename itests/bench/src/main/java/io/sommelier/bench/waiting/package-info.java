/**
 * Commands that wait in a broker, and what they are compared with: the messages of a bare Artemis producer, taken by a
 * bare consumer of the same broker.
 */
package io.sommelier.bench.waiting;
