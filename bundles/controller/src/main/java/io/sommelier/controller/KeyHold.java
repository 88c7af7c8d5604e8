package io.sommelier.controller;

import io.sommelier.api.Part;
import java.util.ArrayList;
import java.util.List;

/** What one command has to do with a key: it runs under it, or waits for the reply of the one that does. It goes with the command from entry to entry. Under the lock of {@link KeyWindow}. */
final class KeyHold {
    final KeyRecord record;

    /** The entry that came with the key; the command may have moved on from it once it runs. */
    final Pending entry;

    /** The parts of its reply so far, while it runs and they are not too many. */
    List<Part> parts = new ArrayList<>(1);

    long bytes;

    KeyHold(KeyRecord record, Pending entry) {
        this.record = record;
        this.entry = entry;
    }
}
