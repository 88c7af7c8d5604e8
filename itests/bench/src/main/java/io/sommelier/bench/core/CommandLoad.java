package io.sommelier.bench.core;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.api.ReplyListener;
import io.sommelier.api.Target;
import io.sommelier.bench.party.Flight;
import io.sommelier.bench.party.Load;
import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Meter;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/** Keeps commands in flight through a sender: the end of one sends the next, on the thread that brought the news. */
final class CommandLoad implements Load {
    private static final long CREDIT_STEP_BYTES = CommandSender.INITIAL_CREDIT_BYTES / 4;

    private final CommandSender sender;
    private final LoadShape shape;
    private final Meter meter;
    private final Flight flight = new Flight();
    private final Payload payload;
    private final boolean durable;
    private final Target[] targets;
    private final Slot[] slots;
    private final Runnable closing;

    /**
     * Sends nothing yet.
     *
     * @param durable whether each command is to be on disk before it goes on
     * @param closing closes the sender
     */
    CommandLoad(CommandSender sender, LoadShape shape, boolean durable, Meter meter, Runnable closing) {
        this.sender = sender;
        this.shape = shape;
        this.durable = durable;
        this.meter = meter;
        this.closing = closing;
        payload = Payload.copyOf(shape.payload());
        targets = new Target[shape.responders()];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = Target.of(Names.target(shape.firstResponder() + i));
        }
        slots = new Slot[shape.inFlight()];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new Slot(i);
        }
    }

    @Override
    public void start() {
        flight.open(slots.length);
        for (Slot slot : slots) {
            slot.next();
        }
    }

    @Override
    public void stop() throws InterruptedException {
        flight.close();
    }

    @Override
    public void close() {
        closing.run();
    }

    /** One of the commands in flight. Confined to the thread that brings its reply. */
    private final class Slot implements BiConsumer<Reply, Throwable>, ReplyListener {
        /**
         * An answer may come before {@code send} has returned: then the next command is sent by the loop, not by a call
         * within a call.
         */
        private final AtomicInteger turns = new AtomicInteger();

        private int target;
        private long sentNanos;
        private long owedBytes;
        private boolean begun;

        Slot(int index) {
            target = index % targets.length;
        }

        void next() {
            if (turns.getAndIncrement() == 0) {
                do {
                    send();
                } while (turns.decrementAndGet() != 0);
            }
        }

        private void send() {
            Command command = Command.to(targets[target], Names.OPERATION)
                    .payload(payload)
                    .durable(durable)
                    .build();
            target = (target + slots.length) % targets.length;
            begun = false;
            owedBytes = 0;
            sentNanos = System.nanoTime();
            Call call = shape.isStream() ? sender.send(command, this) : sender.send(command);
            call.result().whenComplete(this);
        }

        @Override
        public void part(Call call, Part part) {
            if (!begun) {
                begun = true;
                meter.latency(System.nanoTime() - sentNanos);
            }
            if (part.status() == PartStatus.DATA) {
                meter.counted(1);
                owedBytes += part.cost();
                if (owedBytes >= CREDIT_STEP_BYTES) {
                    call.request(owedBytes);
                    owedBytes = 0;
                }
            }
        }

        @Override
        public void accept(Reply reply, Throwable failure) {
            if (failure != null) {
                meter.failed(failure.toString());
                flight.landed();
                return;
            }
            if (!shape.isStream()) {
                meter.answered(System.nanoTime() - sentNanos);
            }
            if (flight.goOn()) {
                next();
            }
        }
    }
}
