package io.sommelier.spi;

/**
 * Where in the chain a handler stands. A command passes COLLECT, METADATA, DECODE, DECORATE, AUTHENTICATE, AUTHORIZE, VALIDATE, STATS and EXECUTE on its way down, in this order;
 * every part of its reply passes RESPONSE, STATS, AUTHORIZE_RESPONSE, EXCEPTION, DECORATE, RESPONSE_METADATA, ENCODE and SEND on its way up, in this order. Within a phase
 * the higher {@code service.ranking} comes first on the way down, and last on the way up. A handler of a phase that is
 * not on a way is not called on it.
 */
public enum Phase {
    /** Down: limits on size. */
    COLLECT,
    /** Down: metadata is taken from the headers. */
    METADATA,
    /** Down: the payload is read. */
    DECODE,
    /** Down and up: content is changed. */
    DECORATE,
    /** Down: checks of who the caller is; the principal itself comes from the hello. */
    AUTHENTICATE,
    /** Down: whether the caller may; quotas. */
    AUTHORIZE,
    /** Down: whether the command fits its contract. */
    VALIDATE,
    /** Down and up: counting. */
    STATS,
    /** Down, last: idempotency, archive and routing stand behind it. */
    EXECUTE,
    /** Up, first. */
    RESPONSE,
    /** Up: whether the caller may see the reply. */
    AUTHORIZE_RESPONSE,
    /** Up: failures become parts. */
    EXCEPTION,
    /** Up: metadata goes into the headers. */
    RESPONSE_METADATA,
    /** Up: the payload is written. */
    ENCODE,
    /** Up, last. */
    SEND
}
