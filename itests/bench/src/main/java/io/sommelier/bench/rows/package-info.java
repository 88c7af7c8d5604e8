/**
 * The rows: what is set up for each, how it is measured round by round, what it should reach, and how it is reported.
 */
package io.sommelier.bench.rows;
