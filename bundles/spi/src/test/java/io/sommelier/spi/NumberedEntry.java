package io.sommelier.spi;

import io.sommelier.api.Command;
import io.sommelier.api.Part;

/** An entry that is told apart by who offered it, and as which of his. Immutable but for its link. */
final class NumberedEntry extends Outgoing {
    final int producer;
    final int number;

    NumberedEntry(int producer, int number) {
        this.producer = producer;
        this.number = number;
    }

    @Override
    public Command command() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long remainingNanos() {
        return 0;
    }

    @Override
    public String source() {
        return "";
    }

    @Override
    public String principal() {
        return "";
    }

    @Override
    public int attempt() {
        return 1;
    }

    @Override
    public boolean claim() {
        return false;
    }

    @Override
    public long initialCredit() {
        return 0;
    }

    @Override
    public boolean part(Part part) {
        return false;
    }

    @Override
    public void lost() {
        // nobody waits
    }

    @Override
    public String toString() {
        return producer + "/" + number;
    }
}
