use service::{
    AlertBreakdown, AlertComparison, AlertMetric, AlertRuleInput, Principal, ServiceResult, Switchboard,
};

/// One rule: it tells of area codes that run short of local numbers.
pub(super) async fn ensure_rule(switchboard: &Switchboard, who: &Principal) -> ServiceResult<()> {
    if switchboard.count_alert_rules(who).await? > 0 {
        return Ok(());
    }
    let rule = AlertRuleInput {
        name: "An area code runs out".to_owned(),
        metric: AlertMetric::AvailableNumbers,
        comparison: AlertComparison::Below,
        threshold: 5.0,
        clear_threshold: Some(10.0),
        breakdown: AlertBreakdown::Each,
        number_type: Some(provider_core::domain::NumberType::Geographic),
        country: None,
        area_code: None,
        emails: Vec::new(),
        webhook_id: None,
        enabled: true,
    };
    switchboard.create_alert_rule(who, rule).await?;
    Ok(())
}
