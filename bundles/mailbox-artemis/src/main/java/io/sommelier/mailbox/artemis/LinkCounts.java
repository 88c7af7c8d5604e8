package io.sommelier.mailbox.artemis;

/**
 * What a link did since it was made, and what it has now. Immutable.
 *
 * @param sent notes that the broker confirmed
 * @param lost notes that did not get there, as far as is known
 * @param came notes that were handed to a listener
 * @param malformed messages that are no notes of a known version
 * @param onTheirWay notes that the broker has not confirmed yet
 */
public record LinkCounts(long sent, long lost, long came, long malformed, int onTheirWay) {}
