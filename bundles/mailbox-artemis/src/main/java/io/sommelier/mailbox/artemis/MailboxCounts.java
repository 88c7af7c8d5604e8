package io.sommelier.mailbox.artemis;

/**
 * What a mailbox did since it was made, and what it has now. Immutable.
 *
 * @param put commands that the broker confirmed
 * @param refused commands that did not get there: no broker, a full address, or too many on their way
 * @param unconfirmed commands of which nothing certain is known, because the connection was lost before the confirmation
 * @param came commands that were handed to a listener
 * @param done commands that were acknowledged
 * @param back commands that were given back
 * @param retried commands that went into their mailbox once more, as another attempt
 * @param givenUp commands that went to the dead letters
 * @param reattached commands that came again while they were still being worked on
 * @param acknowledgedAgain commands that came again although they were done: their acknowledgement had been lost
 * @param dead messages that are no commands of a known version
 * @param removed mailboxes of instances that were idle
 * @param connections how often the broker was connected to; twice for each connection of the mailbox, which has two sessions
 * @param onTheirWay commands that the broker has not confirmed yet
 * @param held commands that came and are neither done nor back
 * @param clockErrorNanos the bound of the error with which the broker's clock is known
 */
public record MailboxCounts(
        long put,
        long refused,
        long unconfirmed,
        long came,
        long done,
        long back,
        long retried,
        long givenUp,
        long reattached,
        long acknowledgedAgain,
        long dead,
        long removed,
        long connections,
        int onTheirWay,
        int held,
        long clockErrorNanos) {}
