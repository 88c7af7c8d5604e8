/**
 * Sommelier's side: what the parties do with controller, connectors and links, and what a command within one JVM is
 * compared with.
 */
package io.sommelier.bench.core;
