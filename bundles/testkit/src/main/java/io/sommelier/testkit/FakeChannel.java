package io.sommelier.testkit;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.spi.Channel;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.Outgoing;
import io.sommelier.spi.Peer;
import io.sommelier.spi.SendQueue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A channel without a connector: what is offered stays in the queue until the test takes it, and is answered when the test answers. The controller may call it from any
 * thread; the test steers it from one, which is its delivering thread.
 */
public final class FakeChannel implements Channel {
    private final String name;
    private final SendQueue queue;
    private final Map<Outgoing, FakeWork> working = new ConcurrentHashMap<>();
    private volatile CompletionStage<Void> pong = CompletableFuture.completedStage(null);
    private volatile Goodbye goodbye;
    private volatile Peer peer;

    /** A channel with room for 1024 commands. */
    public FakeChannel(String name) {
        this(name, 1024);
    }

    /**
     * A channel.
     *
     * @param name shown as its remote address
     * @param queueCapacity how many commands wait in it at most
     */
    public FakeChannel(String name, int queueCapacity) {
        this.name = name;
        this.queue = new SendQueue(queueCapacity);
    }

    // ---- what the controller does ----

    @Override
    public String transport() {
        return "fake";
    }

    @Override
    public String remoteAddress() {
        return name;
    }

    @Override
    public boolean offer(Outgoing outgoing) {
        return queue.offer(outgoing);
    }

    @Override
    public void credit(Outgoing outgoing, long bytes) {
        FakeWork work = working.get(outgoing);
        if (work != null) {
            work.addCredit(bytes);
        }
    }

    @Override
    public void cancel(Outgoing outgoing, String reason) {
        FakeWork work = working.remove(outgoing);
        if (work != null) {
            work.cancelled(reason);
        }
    }

    @Override
    public CompletionStage<Void> probe() {
        return pong;
    }

    /** Ends the channel; as with every channel, {@link Peer#closed} follows. */
    @Override
    public void close(Goodbye why) {
        end(why);
    }

    // ---- what the test does ----

    /**
     * Says hello and waits for the answer.
     *
     * @return the controller's side
     * @throws io.sommelier.spi.HelloRefusedException when the controller refuses
     */
    public Peer connect(ChannelAcceptor acceptor, Hello hello) {
        try {
            peer = acceptor.hello(this, hello).toCompletableFuture().get(10, TimeUnit.SECONDS);
            return peer;
        } catch (java.util.concurrent.ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the hello was not answered within 10 s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the hello was being answered", e);
        }
    }

    /** The controller's side, once connected. */
    public Peer peer() {
        return peer;
    }

    /** How many commands wait, those that have ended meanwhile included. */
    public int waiting() {
        return queue.size();
    }

    /** Takes the first command that still lets itself be claimed; empty when none waits. */
    public Optional<FakeWork> take() {
        for (Outgoing first = queue.poll(); first != null; first = queue.poll()) {
            if (first.claim()) {
                FakeWork work = new FakeWork(this, first);
                working.put(first, work);
                return Optional.of(work);
            }
        }
        return Optional.empty();
    }

    /** The commands that were taken, and have no terminal yet. */
    public List<FakeWork> working() {
        return List.copyOf(working.values());
    }

    /** Sets what a probe is answered with: a stage that the test completes, fails, or leaves alone. */
    public void answerProbesWith(CompletionStage<Void> answer) {
        pong = answer;
    }

    /** Breaks the channel: each command that it had is lost, and the controller is told. */
    public void lose() {
        end(new Goodbye(CloseReason.LOST, true, "the test broke the channel"));
    }

    /** Why it was closed; empty while it is open. */
    public Optional<Goodbye> goodbye() {
        return Optional.ofNullable(goodbye);
    }

    void forget(Outgoing outgoing) {
        working.remove(outgoing);
    }

    private void end(Goodbye why) {
        synchronized (queue) {
            if (goodbye != null) {
                return;
            }
            goodbye = why;
        }
        queue.close();
        for (Outgoing first = queue.poll(); first != null; first = queue.poll()) {
            first.lost();
        }
        for (Outgoing claimed : working.keySet()) {
            if (working.remove(claimed) != null) {
                claimed.lost();
            }
        }
        Peer told = peer;
        if (told != null) {
            told.closed(why);
        }
    }
}
