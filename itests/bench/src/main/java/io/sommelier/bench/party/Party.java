package io.sommelier.bench.party;

import java.util.List;

/** One of the processes that take part in a row. Confined to the thread that runs it. */
public interface Party extends AutoCloseable {
    /** Where it listens, or 0 where it does not. */
    int port();

    /**
     * Does what it is told and answers in one line. Every party knows what {@link PartyLoop} lists; a party adds its
     * own.
     *
     * @throws IllegalArgumentException when it does not know the verb
     */
    default String tell(String verb, List<String> words) throws Exception {
        throw new IllegalArgumentException("it does not know '" + verb + "'");
    }

    @Override
    void close();
}
