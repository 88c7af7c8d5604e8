/** Figures, medians, and when a rate counts as steady. */
package io.sommelier.bench.stats;
