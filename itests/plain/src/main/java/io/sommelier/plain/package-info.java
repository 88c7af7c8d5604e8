/** A controller in a plain JVM: the bundles of the core wired by hand, for the launcher, the bench and process-level tests. */
package io.sommelier.plain;
