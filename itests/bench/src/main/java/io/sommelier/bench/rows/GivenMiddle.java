package io.sommelier.bench.rows;

import io.sommelier.bench.party.Memory;
import io.sommelier.bench.party.Usage;
import java.util.OptionalLong;

/**
 * A controller that somebody else started. Only the operating system and the tools of its Java can be asked about it,
 * and only where its process id is known.
 *
 * @param address {@code HOST:PORT}
 * @param pid its process id on this machine, or empty
 */
record GivenMiddle(String address, OptionalLong pid) implements Middle {
    @Override
    public Usage usage() {
        return pid.isPresent() ? Usage.ofProcess(pid.getAsLong()) : Usage.UNKNOWN;
    }

    @Override
    public Memory memory() {
        return pid.isPresent() ? Memory.ofProcess(pid.getAsLong()) : Memory.UNKNOWN;
    }
}
