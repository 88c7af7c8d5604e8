package io.sommelier.conformance;

/**
 * A rule of the protocol, and how it is looked at. Immutable.
 *
 * @param id what it is called on the command line
 * @param section where PROTOCOL.md has it
 * @param sentence what has to be so
 * @param check throws {@link Broken} when it is not, {@link NotChecked} when that cannot be seen
 */
record Rule(String id, int section, String sentence, Check check) {
    interface Check {
        void run(Kit kit);
    }
}
