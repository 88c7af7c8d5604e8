package io.sommelier.api;

/**
 * The answer to a hello that was taken. Immutable.
 *
 * @param controllerId the id of the controller
 * @param targetId the target that the connector serves from now on, which may differ from the one it asked for; empty when it only sends
 * @param resumeToken what the same process shows in its next hello, to take its place at once; empty for none
 */
public record Welcome(String controllerId, String targetId, String resumeToken) {
    /**
     * @throws IllegalArgumentException when a name breaks the grammar, or the token is longer than
     *     {@link Command#MAX_TEXT} or not printable ASCII
     */
    public Welcome {
        Names.check("controllerId", controllerId);
        Names.checkOptional("targetId", targetId);
        Names.checkText("resumeToken", resumeToken, Command.MAX_TEXT);
    }

    /** Controller and target; never the token, which is a secret of the two ends. */
    @Override
    public String toString() {
        return "Welcome[" + controllerId + (targetId.isEmpty() ? "" : " serves " + targetId) + "]";
    }
}
