/** The processes that take part: what each of them does for the bench that started it, and the bench's hold on them. */
package io.sommelier.bench.party;
