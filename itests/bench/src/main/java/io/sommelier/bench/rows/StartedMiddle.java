package io.sommelier.bench.rows;

import io.sommelier.bench.party.Memory;
import io.sommelier.bench.party.PartyProcess;
import io.sommelier.bench.party.Usage;

/**
 * A process in the middle that the bench started on this machine.
 *
 * @param process it
 */
record StartedMiddle(PartyProcess process) implements Middle {
    @Override
    public String address() {
        return "127.0.0.1:" + process.port();
    }

    @Override
    public Usage usage() {
        return process.usage();
    }

    @Override
    public Memory memory() {
        return process.memory();
    }
}
