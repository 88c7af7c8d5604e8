package io.sommelier.transport.embedded;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Credential;
import io.sommelier.api.Health;
import io.sommelier.api.Hello;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;

/** What a member in this JVM is: who, what it serves, how much it takes at once. Immutable. */
public final class MemberSpec {
    private final Hello hello;
    private final Map<String, Operation> operations;
    private final int threads;
    private final int queueCapacity;

    private MemberSpec(Builder builder) {
        operations = Map.copyOf(builder.operations);
        threads = builder.threads;
        queueCapacity = builder.queueCapacity;
        hello = Hello.of(builder.instance)
                .serves(builder.targetId, operations.keySet())
                .attributes(builder.attributes)
                .capacity(builder.capacity)
                .credential(builder.credential)
                .build();
    }

    /** One operation, as one handler serves it. Thread-safe. */
    static final class Operation {
        private final CommandHandler handler;
        private final boolean isDirect;
        private final boolean isCheck;
        private volatile boolean isGone;

        private Operation(CommandHandler handler, boolean isDirect, boolean isCheck) {
            this.handler = Objects.requireNonNull(handler, "handler");
            this.isDirect = isDirect;
            this.isCheck = isCheck;
        }

        /** What executes it. */
        CommandHandler handler() {
            return handler;
        }

        /** Whether it runs on the thread that brings the command, and so must not block. */
        boolean isDirect() {
            return isDirect;
        }

        /** Whether it says how the member is: it runs on a thread that does nothing else then, and is never direct. */
        boolean isCheck() {
            return isCheck;
        }

        /** Whether its handler goes, and begins no command any more. */
        boolean isGone() {
            return isGone;
        }

        void go() {
            isGone = true;
        }

        static Operation of(String name, CommandHandler handler, boolean isDirect) {
            boolean isCheck = name.equals(Health.OPERATION);
            return new Operation(handler, isDirect && !isCheck, isCheck);
        }
    }

    /**
     * Starts the spec of a member: the handlers of one owner for one target.
     *
     * @param instance the instance id, unique among all connectors
     * @param targetId the target; names are checked by {@link Builder#build}
     */
    public static Builder of(String instance, String targetId) {
        return new Builder(instance, targetId);
    }

    Hello hello() {
        return hello;
    }

    Map<String, Operation> operations() {
        return operations;
    }

    int threads() {
        return threads;
    }

    int queueCapacity() {
        return queueCapacity;
    }

    /** Collects the fields. Not thread-safe. */
    public static final class Builder {
        private final String instance;
        private final String targetId;
        private final Map<String, Operation> operations = new LinkedHashMap<>();
        private Map<String, String> attributes = Map.of();
        private Credential credential = Credential.NONE;
        private int capacity = 256;
        private int threads = 4;
        private int queueCapacity = 256;

        private Builder(String instance, String targetId) {
            this.instance = instance;
            this.targetId = targetId;
        }

        /** Adds an operation whose handler runs on the executor of the member. */
        public Builder operation(String operation, CommandHandler handler) {
            operations.put(operation, Operation.of(operation, handler, false));
            return this;
        }

        /** Adds an operation whose handler never blocks, and runs on the thread that brings the command. */
        public Builder direct(String operation, CommandHandler handler) {
            operations.put(operation, Operation.of(operation, handler, true));
            return this;
        }

        /**
         * Says how the member is whenever the controller asks. Runs on a thread of its own, one at a time, though all handlers are busy; one that takes longer than the controller waits counts
         * as down, and so does one that throws. Without it the member counts as up.
         */
        public Builder health(Callable<Health> check) {
            return operation(Health.OPERATION, Health.handler(check));
        }

        /** Sets what the member says of itself; see {@link Hello.Builder#attributes}. */
        public Builder attributes(Map<String, String> values) {
            attributes = values;
            return this;
        }

        /** Sets the proof of who the member is. */
        public Builder credential(Credential value) {
            credential = value;
            return this;
        }

        /** Sets how many commands are taken at once, waiting ones included; 256 where this is not called. */
        public Builder capacity(int commands) {
            capacity = commands;
            return this;
        }

        /**
         * Sets how many handlers run at once, 1 to 1024, and how many commands wait for one, 0 to 1 000 000; 4 and 256 where this is not called.
         */
        public Builder executor(int handlerThreads, int waitingCommands) {
            threads = handlerThreads;
            queueCapacity = waitingCommands;
            return this;
        }

        /**
         * The spec.
         *
         * @throws IllegalArgumentException when a name breaks the grammar, or a number is out of range
         */
        public MemberSpec build() {
            return new MemberSpec(this);
        }
    }
}
