package io.sommelier.api;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Takes the parts of one reply as they come.
 *
 * <p>Parts come in order, one at a time, and end with exactly one terminal, COMPLETE or FAILED; none comes after it.
 * Every failure is a FAILED part, also one that arises at the sender's side. They come on the thread that brought them:
 * often an I/O thread or the timer's, sometimes the one that calls {@code send} or {@link Call#cancel}, before that
 * returns. An implementation must not block, and hands long work to a thread of its own. What it throws is logged once
 * and cancels the call; the terminal still comes, and a terminal at which it throws stands.
 *
 * <p>DATA comes only against credit. Whoever takes parts gives back, by {@link Call#request}, the {@link Part#cost} of what it has worked off; a reader that gives nothing
 * stops its worker, and nobody else's, until the time to live ends.
 */
@ConsumerType
@FunctionalInterface
public interface ReplyListener {
    /**
     * Takes the next part.
     *
     * @param call the call it answers; usable at once, even when the part comes before {@code send} has returned
     */
    void part(Call call, Part part);
}
