"""What can go wrong between us and a cluster, named by what happens next. str() is one clean sentence for people."""


class ClusterError(Exception):
    """The cluster could not be read or acted on."""


class Unreachable(ClusterError):
    """No frontend answered, and nothing was sent: try again later."""


class AccessDenied(ClusterError):
    """The bot's account may not log in: a person must fix the password or the account."""


class Refused(ClusterError):
    """StarRocks answered with an error. Its code proves little (almost everything is 1064): look again.

    fe: mysql/MysqlErrPacket.java gives 1064 to every error without a code of its own.
    """

    def __init__(self, code: int, text: str) -> None:
        super().__init__(" ".join(text.split())[:500])
        self.code = code


class OutcomeUnknown(ClusterError):
    """The statement was sent and the link broke before the reply: it may have taken effect, so look again."""
