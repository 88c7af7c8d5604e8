/** Microbenchmarks: the codec and the way of a command within one JVM, without sockets. */
package io.sommelier.bench.jmh;
