/** The assembly that is shipped, in a process of its own. */
package io.sommelier.bench.karaf;
