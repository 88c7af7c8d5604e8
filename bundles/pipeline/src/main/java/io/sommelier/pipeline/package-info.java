/**
 * The chain that every command passes down and every part of its reply passes up. Exported to nobody: other bundles meet it as the service {@link io.sommelier.spi.Pipeline},
 * programs without OSGi make a {@link io.sommelier.pipeline.HandlerChain}.
 */
package io.sommelier.pipeline;
