package io.sommelier.wire.serving;

import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Invocation;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** An execution that keeps what it emits, and notices calls that overlap. Thread-safe. */
class RecordedExecution extends Execution {
    final List<Part> parts = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger late = new AtomicInteger();
    final AtomicInteger unanswered = new AtomicInteger();
    final AtomicInteger overlaps = new AtomicInteger();
    final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger inside = new AtomicInteger();

    RecordedExecution(CommandHandler handler, long credit, HandlerExecutor executor) {
        this(handler, credit, executor, Duration.ofSeconds(30), System::nanoTime);
    }

    RecordedExecution(
            CommandHandler handler, long credit, HandlerExecutor executor, Duration ttl, LongSupplier nanoClock) {
        super(
                handler,
                new Invocation(Command.to("target", "operation").ttl(ttl).build(), "source", "principal", 1, nanoClock),
                credit,
                executor);
    }

    static RecordedExecution direct(CommandHandler handler, long credit) {
        return new RecordedExecution(handler, credit, null);
    }

    @Override
    protected void emit(Part part) {
        enter();
        parts.add(part);
        bytes.addAndGet(part.payload().size());
        inside.decrementAndGet();
    }

    @Override
    protected void unanswered() {
        enter();
        unanswered.incrementAndGet();
        inside.decrementAndGet();
    }

    @Override
    protected void late(Part part) {
        late.incrementAndGet();
    }

    private void enter() {
        if (inside.getAndIncrement() != 0) {
            overlaps.incrementAndGet();
        }
    }

    List<PartStatus> statuses() {
        synchronized (parts) {
            return parts.stream().map(Part::status).toList();
        }
    }

    Part last() {
        return parts.get(parts.size() - 1);
    }
}
