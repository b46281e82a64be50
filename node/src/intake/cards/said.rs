//! Why nothing of a card was shown or written, as people read it.

use runtime::cli::{Exit, Failure, Sentence};
use runtime::texts;

use super::CardError;

texts! {
    UNKNOWN = "没有这一份会诊卡。", "there is no such card here.";
    UNKNOWN_NEXT = "请查看列表：xinqiao-node card list", "Look at the list:  xinqiao-node card list";
    ERASED = "这份会诊卡已经删除。", "the card was erased.";
    ERASED_NEXT = "需要了解情况时，请与学校联系。", "Call the school where you need to know more.";
    WITHDRAWN = "学校已撤回这份会诊卡，内容和意见都已删除，不能再答复。",
        "the school has taken the card back: card and opinions are erased and nothing more is \
         answered.";
    ANSWERED = "这份会诊卡已经答复过，没有写入。", "the card was answered before; nothing was written.";
    ANSWERED_NEXT = "有补充意见时，请与学校联系。", "Call the school where there is more to say.";
    FIELD = "{0} 没有填写、太长，或填写的内容不可能。", "{0} is empty, too long or cannot be right.";
    FIELD_NEXT = "意见不超过 1000 字；建议的时间不能早于今天。",
        "An opinion has up to 1,000 characters; a time that is proposed is not before today.";
}

impl From<CardError> for Failure {
    fn from(error: CardError) -> Self {
        let refused = |code, message, next| Self::new(Exit::Refused, code, message).hint(next);
        match error {
            CardError::Unknown => {
                Self::new(Exit::NotFound, "CARD_UNKNOWN", UNKNOWN).hint(UNKNOWN_NEXT)
            }
            CardError::Erased => refused("CARD_ERASED", ERASED, ERASED_NEXT),
            CardError::Withdrawn => refused("CARD_WITHDRAWN", WITHDRAWN, ERASED_NEXT),
            CardError::Answered => refused("CARD_ANSWERED", ANSWERED, ANSWERED_NEXT),
            CardError::Field(name) => {
                let message = Sentence::new(FIELD, &[&name]);
                Self::new(Exit::Usage, "CARD_FIELD", message).hint(FIELD_NEXT)
            }
        }
    }
}
