package io.sommelier.api;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a connector says of itself when a channel begins. Immutable. */
public final class Hello {
    /** The most operations a connector may name. */
    public static final int MAX_OPERATIONS = 1024;
    /** The most attributes a connector may have. */
    public static final int MAX_ATTRIBUTES = 64;
    /** The most commands that a connector may take at once. */
    public static final int MAX_CAPACITY = 1_000_000;

    private final String instance;
    private final String targetId;
    private final Set<String> operations;
    private final Map<String, String> attributes;
    private final int capacity;
    private final String resumeToken;
    private final Credential credential;

    private Hello(Builder builder) {
        instance = builder.instance;
        targetId = builder.targetId;
        operations = Set.copyOf(builder.operations);
        attributes = Map.copyOf(builder.attributes);
        capacity = builder.capacity;
        resumeToken = builder.resumeToken;
        credential = builder.credential;
    }

    /**
     * Starts the hello of a connector that serves nothing and only sends.
     *
     * @param instance the id of this connector; see {@link Target}
     * @throws IllegalArgumentException when it breaks the grammar of names
     */
    public static Builder of(String instance) {
        return new Builder(Names.check("instance", instance));
    }

    /** The id of the connector. */
    public String instance() {
        return instance;
    }

    /** The target that it serves, or empty when it only sends. */
    public String targetId() {
        return targetId;
    }

    /** The operations that it serves now; empty when it only sends, or serves none yet. In no order. */
    public Set<String> operations() {
        return operations;
    }

    /** What it says of itself beyond that, such as its location. In no order. */
    public Map<String, String> attributes() {
        return attributes;
    }

    /** How many commands it takes at once, 1 to {@link #MAX_CAPACITY}. */
    public int capacity() {
        return capacity;
    }

    /** The token of the welcome that this same process got before, or empty. */
    public String resumeToken() {
        return resumeToken;
    }

    /** The proof of who it is, or {@link Credential#NONE}. */
    public Credential credential() {
        return credential;
    }

    /** A builder that starts with all of this hello. */
    public Builder toBuilder() {
        Builder builder = new Builder(instance);
        builder.targetId = targetId;
        builder.operations = operations;
        builder.attributes = attributes;
        builder.capacity = capacity;
        builder.resumeToken = resumeToken;
        builder.credential = credential;
        return builder;
    }

    /** Instance, target and operations; never attributes, token or credential. */
    @Override
    public String toString() {
        return "Hello[" + instance + (targetId.isEmpty() ? "" : " serves " + targetId + " " + new TreeSet<>(operations))
                + "]";
    }

    /** Collects the fields. Not thread-safe. */
    public static final class Builder {
        private final String instance;
        private String targetId = "";
        private Set<String> operations = Set.of();
        private Map<String, String> attributes = Map.of();
        private int capacity = 256;
        private String resumeToken = "";
        private Credential credential = Credential.NONE;

        private Builder(String instance) {
            this.instance = instance;
        }

        /**
         * Sets the target that is served, and its operations, in place of those set before.
         *
         * @param names the operations, perhaps none; one that comes twice counts once, but to the limit
         * @throws IllegalArgumentException when a name breaks the grammar, or there are more than {@link #MAX_OPERATIONS}
         */
        public Builder serves(String target, Collection<String> names) {
            targetId = Names.check("targetId", target);
            if (names.size() > MAX_OPERATIONS) {
                throw new IllegalArgumentException(names.size() + " operations, allowed are at most " + MAX_OPERATIONS);
            }
            names.forEach(name -> Names.check("operation", name));
            operations = Set.copyOf(new TreeSet<>(names));
            return this;
        }

        /**
         * Sets the attributes: names in the grammar of names, values printable ASCII of at most {@link Command#MAX_TEXT}.
         *
         * @throws IllegalArgumentException when one is not so, or there are more than {@link #MAX_ATTRIBUTES}
         */
        public Builder attributes(Map<String, String> values) {
            if (values.size() > MAX_ATTRIBUTES) {
                throw new IllegalArgumentException(
                        values.size() + " attributes, allowed are at most " + MAX_ATTRIBUTES);
            }
            values.forEach((name, value) -> {
                Names.check("attribute", name);
                Names.checkText("attribute " + name, value, Command.MAX_TEXT);
            });
            attributes = Map.copyOf(new TreeMap<>(values));
            return this;
        }

        /**
         * Sets how many commands are taken at once; 256 where this is not called.
         *
         * @throws IllegalArgumentException when it is not 1 to {@link #MAX_CAPACITY}
         */
        public Builder capacity(int commands) {
            if (commands < 1 || commands > MAX_CAPACITY) {
                throw new IllegalArgumentException(
                        "capacity " + commands + " is out of range, allowed are 1 to " + MAX_CAPACITY);
            }
            capacity = commands;
            return this;
        }

        /**
         * Sets the token of an earlier welcome; empty for none.
         *
         * @throws IllegalArgumentException when it is longer than {@link Command#MAX_TEXT} or not printable ASCII
         */
        public Builder resumeToken(String token) {
            resumeToken = Names.checkText("resumeToken", token, Command.MAX_TEXT);
            return this;
        }

        /** Sets the proof of who the connector is. */
        public Builder credential(Credential value) {
            credential = Objects.requireNonNull(value, "credential");
            return this;
        }

        /** The hello. */
        public Hello build() {
            return new Hello(this);
        }
    }
}
