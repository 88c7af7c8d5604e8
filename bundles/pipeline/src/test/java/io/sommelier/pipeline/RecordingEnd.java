package io.sommelier.pipeline;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.spi.Pipeline;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps what reaches the end of the chain, and notices two sends at once. Thread-safe. */
class RecordingEnd implements Pipeline.End {
    final List<Command> executed = new CopyOnWriteArrayList<>();
    final List<CommandError> refused = new CopyOnWriteArrayList<>();
    final List<Part> sent = new CopyOnWriteArrayList<>();
    final List<CommandError> aborted = new CopyOnWriteArrayList<>();
    final AtomicInteger overlaps = new AtomicInteger();
    private final AtomicInteger sending = new AtomicInteger();

    @Override
    public void execute(Command command) {
        executed.add(command);
    }

    @Override
    public void refuse(CommandError error) {
        refused.add(error);
    }

    @Override
    public void send(Part part) {
        if (sending.incrementAndGet() > 1) {
            overlaps.incrementAndGet();
        }
        sent.add(part);
        sending.decrementAndGet();
    }

    @Override
    public void abort(CommandError error) {
        aborted.add(error);
    }

    List<PartStatus> statuses() {
        return sent.stream().map(Part::status).toList();
    }

    List<String> texts() {
        return sent.stream().map(part -> part.payload().asText()).toList();
    }

    long terminals() {
        return sent.stream().filter(part -> part.status().isTerminal()).count();
    }

    Part last() {
        return sent.get(sent.size() - 1);
    }

    CommandError lastError() {
        return last().error().orElseThrow();
    }
}
